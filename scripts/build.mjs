// Builds every package that changed: turbo keeps the order and the cache. Arguments are passed on to turbo.
import { ensureInstalled } from './prepared.mjs';
import { bin, run } from './toolchain.mjs';

const args = ['run', 'build', '--output-logs=errors-only', '--continue=dependencies-successful'];
if (!(await ensureInstalled())) process.exit(1);
process.exit(await run(bin('turbo'), [...args, ...process.argv.slice(2)]));
