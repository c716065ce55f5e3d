import { spawnSync } from 'node:child_process';
import { canInstall, installFromDebian, onPath } from './debian.mjs';

const dockerAnswers = () => spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 5_000 }).status === 0;

/**
 * Makes sure that tests can start a Redis of their own: by Docker, else by `redis-server`, which is installed where that
 * is possible.
 * @returns {Promise<boolean>} whether they can; if not, it has said what to do
 */
export async function findRedis() {
  if (onPath('redis-server') || dockerAnswers()) return true;
  if (canInstall()) {
    console.log('Installing Redis from Debian …');
    await installFromDebian(['redis-server']);
  }
  if (onPath('redis-server')) return true;
  console.error('FAIL redis: install it (Debian: `apt-get install redis-server`) or start Docker');
  return false;
}
