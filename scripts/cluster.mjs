import { join } from 'node:path';
import { findClusterServers } from './cluster-servers.mjs';
import { runInForeground } from './foreground.mjs';
import { ensureBuilt, ensureInstalled } from './prepared.mjs';
import { root } from './toolchain.mjs';

if (!(await ensureInstalled()) || !(await ensureBuilt('cluster'))) process.exit(1);
if (!(await findClusterServers())) process.exit(1);
runInForeground(join(root, 'packages', 'testkit', 'dist', 'cluster', 'main.js'), {
  command: 'npm run start:cluster',
});
