import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInForeground } from './foreground.mjs';
import { ensureBuilt, ensureInstalled } from './prepared.mjs';
import { root } from './toolchain.mjs';

if (!(await ensureInstalled()) || !(await ensureBuilt())) process.exit(1);
const folder = join(root, 'services', 'standalone');
runInForeground(join(folder, 'dist', 'main.js'), {
  // What messages leave behind fits into a larger nursery, and the main thread collects it less often. The heap may grow to
  // twice what lives before all of it is collected, by default four times, which a burst took and never gave back (130 MB).
  // glibc gives each thread memory of its own, and keeps what was freed there: 20 MB that nobody uses.
  ...JSON.parse(readFileSync(join(folder, 'node.json'), 'utf8')),
  command: 'npm start',
});
