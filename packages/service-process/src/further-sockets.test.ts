import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { createHealth, createMetrics } from '@omnigate/runtime';
import type { FastifyInstance } from 'fastify';
import { createFurtherSockets } from './further-sockets';
import { createHttpServer } from './http-server';
import { listenHttp } from './ports';

const host = '127.0.0.1';
let server: FastifyInstance;
const made: Socket[] = [];

beforeEach(() => {
  server = createHttpServer({ health: createHealth(), metrics: createMetrics() });
});
afterEach(async () => {
  for (const socket of made.splice(0)) socket.destroy();
  await server.close();
});

const listen = (port = 0): Promise<string> =>
  listenHttp(server, { OMNIGATE_BIND: host, OMNIGATE_HTTP_PORT: port });

async function connected(address: string): Promise<Socket> {
  const socket = connect(Number(address.split(':')[1]), host);
  made.push(socket);
  await once(socket, 'connect');
  return socket;
}

test('takes many new connections in few turns of the event loop', async () => {
  let taken = 0;
  server.server.on('connection', () => (taken += 1));
  const address = await listen();
  await Promise.all(Array.from({ length: 64 }, () => connected(address)));
  const turns = process.platform === 'linux' ? 32 : 128;
  for (let turn = 0; turn < turns && taken < 64; turn += 1)
    await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toBe(64);
});

test('answers by whichever socket, and closes when the last answer is out', async () => {
  const slow = Promise.withResolvers<void>();
  let came = 0;
  server.get('/slow', async () => {
    came += 1;
    await slow.promise;
    return 'answered';
  });
  const address = await listen();
  const ask = (): Promise<string> =>
    new Promise((resolve, reject) => {
      request(`http://${address}/slow`, { agent: false }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      })
        .on('error', reject)
        .end();
    });
  const answers = Promise.all(Array.from({ length: 40 }, ask));
  while (came < 40) await new Promise((resolve) => setTimeout(resolve, 5));
  let isClosed = false;
  const closing = server.close().then(() => (isClosed = true));
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(isClosed).toBe(false);
  await expect(fetch(`http://${address}/livez`)).rejects.toThrow();
  slow.resolve();
  expect(new Set(await answers)).toEqual(new Set(['answered']));
  await closing;
});

test('a connection that its client ends is ended, where the server does not keep half of it open', async () => {
  const plain = createServer().on('connection', (socket: Socket) => socket.resume());
  const further = createFurtherSockets(plain);
  let port = 0;
  await further.listen(host, 0, async (options) => {
    plain.listen(options);
    await once(plain, 'listening');
    port = (plain.address() as AddressInfo).port;
    return port;
  });
  const sockets = await Promise.all(Array.from({ length: 40 }, () => connected(`${host}:${port}`)));
  await Promise.all(sockets.map((socket) => once(socket.resume().end(), 'close')));
  await Promise.all([further.close(), new Promise((resolve) => plain.close(resolve))]);
});

test('does not share a port that another process listens on', async () => {
  const other = createServer();
  other.listen({ port: 0, host, reusePort: process.platform === 'linux' });
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  await expect(listen(port)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(`port ${port} is in use`),
  });
  await new Promise((resolve) => other.close(resolve));
});
