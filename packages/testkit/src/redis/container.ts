import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { freePorts } from '../free-ports';
import { flushRedis } from './flush';
import type { RedisServer } from './redis-server';

const image = 'redis:7-alpine';
const redisPort = 6379;
const run = promisify(execFile);

/** Starts Redis in a container, which Docker removes when this process is gone. */
export async function startRedisContainer(): Promise<RedisServer> {
  // Only here: where Docker doesn't answer nobody needs it, and it is large.
  const { GenericContainer, Wait } = await import('testcontainers');
  // Named by us: a port that Docker chooses is another one after a restart.
  const [port = 0] = await freePorts(1);
  const container = await new GenericContainer(image)
    .withCommand(['redis-server', '--save', ''])
    .withExposedPorts({ container: redisPort, host: port })
    .withWaitStrategy(Wait.forLogMessage('Ready to accept connections'))
    .start();
  const docker = (...args: string[]) => run('docker', [...args, container.getId()]);
  const url = `redis://${container.getHost()}:${port}`;
  return {
    url,
    stop: async () => void (await docker('kill')),
    start: async () => void (await docker('start')),
    freeze: async () => void (await docker('pause')),
    thaw: async () => void (await docker('unpause')),
    flush: () => flushRedis(url),
    close: async () => void (await container.stop({ timeout: 0 })),
  };
}
