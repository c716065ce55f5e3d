import { runChecks, typeChecks } from './checks.mjs';
import { ensureInstalled } from './prepared.mjs';

if (!(await ensureInstalled())) process.exit(1);
const { failed } = await runChecks(typeChecks);
process.exit(failed === 0 ? 0 : 1);
