// Accepts the protos as they are: writes the image that later changes are compared with.
import { join } from 'node:path';
import { ensureInstalled } from './prepared.mjs';
import { root, run } from './toolchain.mjs';

if (!(await ensureInstalled())) process.exit(1);
const buf = join(root, 'packages', 'contracts', 'node_modules', '.bin', 'buf');
process.exit(
  await run(buf, ['build', '--exclude-source-info', '-o', 'baseline.binpb'], { cwd: join(root, 'proto') }),
);
