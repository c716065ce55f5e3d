import { runChecks, sourceChecks } from './checks.mjs';
import { ensureGenerated, ensureInstalled } from './prepared.mjs';

if (!(await ensureInstalled()) || !(await ensureGenerated())) process.exit(1);
const { failed } = await runChecks(sourceChecks);
process.exit(failed === 0 ? 0 : 1);
