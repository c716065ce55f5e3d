import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { createHealth, createMetrics } from '@omnigate/runtime';
import type { FastifyInstance } from 'fastify';
import { createHttpServer } from './http-server';

describe('createHttpServer', () => {
  let server: FastifyInstance;
  afterEach(() => server.close());

  async function listen(trustProxy?: string[]): Promise<string> {
    server = createHttpServer({
      health: createHealth(),
      metrics: createMetrics(),
      ...(trustProxy ? { trustProxy } : {}),
    });
    server.post('/body', async () => 'taken');
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
});
