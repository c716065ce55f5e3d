// Formats the protos and every other source, and applies the safe fixes of the lint rules.
import { join } from 'node:path';
import { ensureInstalled } from './prepared.mjs';
import { bin, root, run } from './toolchain.mjs';

if (!(await ensureInstalled())) process.exit(1);
const buf = join(root, 'packages', 'contracts', 'node_modules', '.bin', 'buf');
const codes = [
  await run(buf, ['format', '--write', '--path', 'omnigate'], { cwd: join(root, 'proto') }),
  await run(bin('biome'), ['check', '--write', '.']),
];
process.exit(codes.some((code) => code !== 0) ? 1 : 0);
