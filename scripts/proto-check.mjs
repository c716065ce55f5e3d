import { protoChecks, runChecks } from './checks.mjs';
import { ensureInstalled } from './prepared.mjs';

if (!(await ensureInstalled())) process.exit(1);
const { failed } = await runChecks(protoChecks);
process.exit(failed === 0 ? 0 : 1);
