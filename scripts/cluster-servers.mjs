import { ensureCommand } from './debian.mjs';
import { findRedis } from './redis.mjs';

/**
 * Makes sure that a cluster has the servers that do not come with the packages.
 * @returns {Promise<boolean>} whether they are there; if not, it has said what to do
 */
export async function findClusterServers() {
  if (!(await ensureCommand('nginx', 'nginx'))) return false;
  return Boolean(process.env.REDIS_URL) || findRedis();
}
