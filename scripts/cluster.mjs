import { join } from 'node:path';
import { ensureCommand } from './debian.mjs';
import { runInForeground } from './foreground.mjs';
import { ensureBuilt, ensureInstalled } from './prepared.mjs';
import { findRedis } from './redis.mjs';
import { root } from './toolchain.mjs';

if (!(await ensureInstalled()) || !(await ensureBuilt('cluster'))) process.exit(1);
if (!(await ensureCommand('nginx', 'nginx'))) process.exit(1);
if (!process.env.REDIS_URL && !(await findRedis())) process.exit(1);
runInForeground(join(root, 'packages', 'testkit', 'dist', 'cluster', 'main.js'), {
  command: 'npm run start:cluster',
});
