import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../free-ports';
import { startTethered, type Tethered } from '../processes/tethered';
import { flushRedis } from './flush';
import type { RedisServer } from './redis-server';

const portAttempts = 5;

/** Whether `redis-server` is on the PATH. */
export function hasRedisServer(): boolean {
  return spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** @returns undefined when it ended instead, as it does when somebody took the port */
async function launch(port: number, folder: string): Promise<Tethered | undefined> {
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder];
  const child = await startTethered('redis-server', args, { scratchFolder: folder });
  let said = '';
  const ready = new Promise<true>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said = (said + String(chunk)).slice(-4_096);
      if (said.includes('Ready to accept connections')) resolve(true);
    });
  });
  return (await Promise.race([ready, child.ended])) === true ? child : undefined;
}

/** Starts a Redis that keeps nothing on disk, on a loopback port that stays its own over restarts. */
export async function startLocalRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'omnigate-redis-'));
  let port = 0;
  let child: Tethered | undefined;
  for (let attempt = 1; !child && attempt <= portAttempts; attempt += 1) {
    [port = 0] = await freePorts(1);
    child = await launch(port, folder);
  }
  if (!child) throw new Error('redis-server did not start');
  const url = `redis://127.0.0.1:${port}`;
  return {
    url,
    stop: async () => child?.kill(),
    async start() {
      child = await launch(port, folder);
      if (!child) throw new Error('redis-server did not start again');
    },
    freeze: async () => child?.signal('SIGSTOP'),
    thaw: async () => child?.signal('SIGCONT'),
    flush: () => flushRedis(url),
    async close() {
      await child?.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
