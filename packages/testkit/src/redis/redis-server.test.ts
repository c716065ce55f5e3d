import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type RedisServer, startRedis } from './redis-server';

describe('startRedis', () => {
  let redis: RedisServer;
  let sockets: Socket[];
  beforeEach(async () => {
    sockets = [];
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await redis.close();
  });

  async function dial(): Promise<Socket> {
    const { hostname, port } = new URL(redis.url);
    const socket = connect(Number(port), hostname);
    sockets.push(socket);
    await once(socket, 'connect');
    socket.on('error', () => undefined); // a killed Redis may reset it
    return socket;
  }

  async function say(command: string, socket?: Socket): Promise<string> {
    const to = socket ?? (await dial());
    to.write(`${command}\r\n`);
    const [answer] = (await once(to, 'data')) as [Buffer];
    return String(answer).trim();
  }

  it('keeps until it is flushed or stopped, and comes back empty at the same place', async () => {
    expect(await say('SET k v')).toBe('+OK');
    await redis.flush();
    expect(await say('GET k')).toBe('$-1');
    await say('SET k v');
    const socket = await dial();
    const broken = new Promise((resolve) => socket.once('close', resolve));
    await redis.stop();
    await broken;
    await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await redis.start();
    expect(await say('GET k')).toBe('$-1');
  });

  it('answers what it was asked while it hung, once it no longer does', async () => {
    const socket = await dial();
    await redis.freeze();
    const answer = say('PING', socket);
    await redis.thaw();
    expect(await answer).toBe('+PONG');
  });
});
