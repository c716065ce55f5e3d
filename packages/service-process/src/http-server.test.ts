import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createHealth, createMetrics } from '@omnigate/runtime';
import type { FastifyInstance } from 'fastify';
import { createHttpServer } from './http-server';

describe('createHttpServer', () => {
  let server: FastifyInstance;
  const slow = { wait: async (): Promise<void> => undefined };
  afterEach(() => server.close());

  async function listen(trustProxy?: string[]): Promise<string> {
    server = createHttpServer({
      health: createHealth(),
      metrics: createMetrics(),
      ...(trustProxy ? { trustProxy } : {}),
    });
    server.post('/body', async () => 'taken');
    server.get('/slow', async () => {
      await slow.wait();
      return 'answered';
    });
    server.get('/who', async ({ ip }) => ip);
    return server.listen({ host: '127.0.0.1', port: 0 });
  }

  test('a body that is too large is read to its end, so that the answer arrives and the connection lives', async () => {
    const url = await listen();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    const post = (bytes: number) =>
      new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
        const outgoing = request(`${url}/body`, { method: 'POST', agent }, (response) => {
          ports.add(response.socket.localPort);
          text(response).then((body) => resolve({ status: response.statusCode, body }), reject);
        });
        outgoing.on('error', reject);
        outgoing.setHeader('content-type', 'text/plain');
        outgoing.end(Buffer.alloc(bytes, 'x'));
      });
    for (let count = 0; count < 5; count += 1) {
      expect(await post(5_000_000)).toEqual({ status: 413, body: '{"error":"the request is not valid"}' });
    }
    expect(await post(100)).toEqual({ status: 200, body: 'taken' });
    expect(ports.size).toBe(1);
    agent.destroy();
  });

  test('a body that takes long is waited for where a route takes files, and nowhere else', async () => {
    server = createHttpServer({ health: createHealth(), metrics: createMetrics(), requestMs: 100 });
    server.post('/files', { config: { slowBody: true } }, async () => 'taken');
    server.post('/body', async () => 'taken');
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    /** Sends all but the last byte, and that when the other request has been ended. */
    const begin = (path: string) => {
      const outgoing = request(`${url}${path}`, { method: 'POST', headers: { 'content-length': '2' } });
      outgoing.setHeader('content-type', 'text/plain');
      outgoing.write('x');
      const answered = new Promise<number | undefined>((resolve) => {
        outgoing.on('response', (response) => resolve(response.resume().statusCode));
        outgoing.on('error', () => resolve(undefined));
      });
      return { answered, end: () => outgoing.end('y') };
    };
    const [file, body] = [begin('/files'), begin('/body')];
    expect(await body.answered).toBe(408);
    file.end();
    expect(await file.answered).toBe(200);
  });

  test.each([
    [undefined, '127.0.0.1'],
    [['127.0.0.1'], '203.0.113.7'],
    [['10.0.0.0/8'], '127.0.0.1'],
  ])('where %p is trusted, a visitor who says 203.0.113.7 is %s', async (trusted, ip) => {
    const url = await listen(trusted);
    const response = await fetch(`${url}/who`, {
      headers: { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' },
    });
    expect(await response.text()).toBe(ip);
  });

  test('what is under way when it closes is answered, and its connection is not waited for', async () => {
    const url = await listen();
    const { promise: closing, resolve: close } = Promise.withResolvers<void>();
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    const agent = new Agent({ keepAlive: true });
    slow.wait = async () => {
      enter();
      await closing;
    };
    const answer = new Promise<string>((resolve, reject) => {
      const outgoing = request(`${url}/slow`, { agent }, (response) => {
        text(response).then(resolve, reject);
      });
      outgoing.on('error', reject).end();
    });
    await entered;
    const closed = server.close();
    close();
    expect(await answer).toBe('answered');
    await closed;
    agent.destroy();
  }, 10_000);

  test('a connection that has never sent anything is not waited for', async () => {
    const { port } = new URL(await listen());
    const silent = connect(Number(port), '127.0.0.1');
    await once(silent, 'connect');
    await Promise.all([server.close(), once(silent, 'close')]);
  }, 10_000);
});
