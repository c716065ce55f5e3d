import { join } from 'node:path';
import { runInForeground } from './foreground.mjs';
import { ensureBuilt, ensureInstalled } from './prepared.mjs';
import { root } from './toolchain.mjs';

if (!(await ensureInstalled()) || !(await ensureBuilt())) process.exit(1);
runInForeground(join(root, 'services', 'standalone', 'dist', 'main.js'), {
  // What messages leave behind fits into a larger nursery, and the main thread collects it less often.
  options: ['--max-semi-space-size=32'],
  command: 'npm start',
});
