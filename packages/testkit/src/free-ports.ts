import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { AppError } from '@omnigate/errors';

/**
 * Below what systems give to outgoing connections (from 32768 on Linux, from 49152 on others): a process that is started
 * again must find its port as it left it.
 */
const range = { from: 15_000, to: 32_000 };
const attempts = 1_000;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Makes a giver of loopback ports that nobody listens on and that no outgoing connection takes.
 *
 * @returns gives another port each time.
 */
export function createPortGiver(): () => Promise<number> {
  const given = new Set<number>();
  return async () => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const port = randomInt(range.from, range.to);
      if (given.has(port) || !(await isFree(port))) continue;
      given.add(port);
      return port;
    }
    throw new AppError('CONFIG_INVALID', { reason: 'no port of 127.0.0.1 can be listened on' });
  };
}

const givePort = createPortGiver();

/**
 * Finds loopback ports that nobody listens on, others at each call of this process. Somebody may take one before it is
 * used, so callers try again.
 *
 * @param count how many.
 * @returns different ports.
 * @throws AppError CONFIG_INVALID when there are none.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await givePort());
  return ports;
}
