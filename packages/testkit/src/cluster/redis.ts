import { mkdirSync } from 'node:fs';
import { startRedisContainer } from '../redis/container';
import { hasRedisServer } from '../redis/local-server';
import { portProbe } from './probe';
import type { ProcessSpec } from './supervised-process';

/** A Redis to use: a process to run, or one that runs already. */
export interface ClusterRedis {
  url: string;
  process?: ProcessSpec;
  /** Ends one that runs already. */
  stop?(): Promise<void>;
}

/**
 * Prepares the cluster's Redis: this machine's own, else one in Docker. It keeps nothing: PostgreSQL decides.
 *
 * @param folder for its files.
 * @param givePort gives free ports.
 * @returns the server.
 * @throws Error where there is neither.
 */
export async function prepareRedis(folder: string, givePort: () => Promise<number>): Promise<ClusterRedis> {
  if (!hasRedisServer()) {
    const { url, close } = await startRedisContainer();
    return { url, stop: close };
  }
  mkdirSync(folder, { recursive: true });
  const port = await givePort();
  const listens = portProbe(port);
  const process = {
    name: 'redis',
    command: 'redis-server',
    args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder],
    env: globalThis.process.env,
    cwd: folder,
    ready: listens,
    alive: listens,
  };
  return { url: `redis://127.0.0.1:${port}`, process };
}
