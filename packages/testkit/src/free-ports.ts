import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { AppError } from '@omnigate/errors';

/**
 * Below what systems give to outgoing connections (from 32768 on Linux, from 49152 on others): a process that is started
 * again must find its port as it left it.
 */
const range = { from: 15_000, to: 32_000 };
/**
 * Of each block the first port is listened on for as long as the process lives that gives the others: what starts at the
 * same time in another process is given none of them, and none is tried out while somebody is about to listen on it.
 */
const blockSize = 25;
const blocks = (range.to - range.from) / blockSize;
const attempts = 1_000;

/** @returns how to let go of the port; undefined when somebody listens on it */
function listenOn(port: number): Promise<(() => Promise<void>) | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => void socket.destroy()).unref();
    const letGo = () => new Promise<void>((gone) => void server.close(() => gone()));
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(letGo));
  });
}

async function isFree(port: number): Promise<boolean> {
  const letGo = await listenOn(port);
  await letGo?.();
  return letGo !== undefined;
}

/** @returns the ports of a block that nobody else has; none when somebody has it */
async function takeBlock(): Promise<number[]> {
  const first = range.from + randomInt(blocks) * blockSize;
  if (!(await listenOn(first))) return [];
  return Array.from({ length: blockSize - 1 }, (_, index) => first + 1 + index);
}

/**
 * Makes a giver of loopback ports that nobody listens on and that no outgoing connection takes.
 *
 * @returns gives another port each time, and one that no other giver gives while this process lives.
 */
export function createPortGiver(): () => Promise<number> {
  const left: number[] = [];
  return async () => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const port = left.shift();
      if (port === undefined) left.push(...(await takeBlock()));
      else if (await isFree(port)) return port;
    }
    throw new AppError('CONFIG_INVALID', { reason: 'no port of 127.0.0.1 can be listened on' });
  };
}

const givePort = createPortGiver();

/**
 * Finds loopback ports that nobody listens on, others at each call, and others than any process of ours is given.
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
