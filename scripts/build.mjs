// Builds every package that changed since the last build: turbo keeps the order and the cache.
import { bin, run } from './toolchain.mjs';

process.exit(
  await run(bin('turbo'), [
    'run',
    'build',
    '--output-logs=errors-only',
    '--continue=dependencies-successful',
    ...process.argv.slice(2),
  ]),
);
