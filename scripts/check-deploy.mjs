import { runChecks } from './checks.mjs';
import { deployChecks } from './deploy-checks.mjs';

const { failed } = await runChecks(deployChecks);
process.exit(failed === 0 ? 0 : 1);
