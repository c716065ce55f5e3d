// `npm run bench`: measures what docs/ shows. Arguments are passed on; --help lists them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findClusterServers } from './cluster-servers.mjs';
import { ensureBuilt, ensureInstalled } from './prepared.mjs';
import { node24, root, run } from './toolchain.mjs';

const main = join(root, 'tests', 'dist', 'load', 'bench.js');
if (!(await ensureInstalled()) || !(await ensureBuilt('everything'))) process.exit(1);
const cluster = process.argv.some((argument) => /^(--form=)?cluster$/.test(argument));
if (cluster && !(await findClusterServers())) process.exit(1);
if (!existsSync(main)) {
  console.error('tests/dist/load/bench.js is missing after the build: tests/load/bench.ts must exist.');
  process.exit(1);
}
process.exit(await run(node24(), [main, ...process.argv.slice(2)], { env: process.env }));
