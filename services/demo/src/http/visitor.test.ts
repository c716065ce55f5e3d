import { request } from 'node:http';
import { createLogger } from '@omnigate/runtime';
import fastify, { type FastifyInstance } from 'fastify';
import { answerErrors } from './errors';
import { admitLocalVisitorsOnly } from './visitor';

describe('who is admitted', () => {
  let server: FastifyInstance;
  afterEach(() => server.close());

  /** @param o.from who asks, as a trusted front door says */
  async function statusOf(o: {
    publicUrl?: string;
    from?: string;
    headers?: Record<string, string>;
  }): Promise<number | undefined> {
    server = fastify({ trustProxy: ['127.0.0.1'] });
    answerErrors(server, createLogger({ service: 'demo-test', level: 'silent' }));
    admitLocalVisitorsOnly(server, o.publicUrl ?? 'http://127.0.0.1:8080');
    server.get('/', async () => 'in');
    const url = await server.listen({ host: '127.0.0.1', port: 0 });
    const from = o.from ? { 'x-forwarded-for': o.from } : {};
    const headers = { host: '127.0.0.1:8080', connection: 'close', ...from, ...o.headers };
    return new Promise((resolve, reject) => {
      request(url, { headers }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
  }

  test.each([
    ['somebody at this machine', {}],
    ['by its name', { headers: { host: 'localhost:8080' } }],
    ['by IPv6', { from: '::1', headers: { host: '[::1]:8080' } }],
    ['by IPv4 in IPv6', { from: '::ffff:127.0.0.1' }],
    ['by a front door on this machine', { from: '127.0.0.1' }],
    ['a page of ours', { headers: { 'sec-fetch-site': 'same-origin' } }],
    ['an address that was typed in', { headers: { 'sec-fetch-site': 'none' } }],
  ])('%s is', async (_, o) => {
    expect(await statusOf(o)).toBe(200);
  });

  test.each([
    ['somebody elsewhere', { from: '192.0.2.7' }],
    ['somebody elsewhere, by IPv6', { from: '2001:db8::7' }],
    ['anybody where the public URL leads here from elsewhere', { publicUrl: 'https://chat.example.com' }],
    ['a page of another site', { headers: { 'sec-fetch-site': 'cross-site' } }],
    ['a page of another port', { headers: { 'sec-fetch-site': 'same-site' } }],
    ['a page whose name was made to lead here', { headers: { host: 'evil.example:8080' } }],
    [
      'a page whose name was made to lead here, and which forwards another',
      { headers: { host: 'evil.example:8080', 'x-forwarded-host': '127.0.0.1:8080' } },
    ],
    ['a name that only begins like this machine', { headers: { host: '127.evil.example' } }],
    ['a host that is none', { headers: { host: '[' } }],
  ])('%s is not', async (_, o) => {
    expect(await statusOf(o)).toBe(403);
  });
});
