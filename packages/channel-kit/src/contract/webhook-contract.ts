import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OutgoingRecord } from '@omnigate/bus';
import { ChannelLogged, MessageReceived } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { createLogger, createMetrics } from '@omnigate/runtime';
import fastify, { type FastifyInstance } from 'fastify';
import type { ChannelAdapter, InboundRequest, ProviderStatus } from '../adapter';
import { createChannelLog } from '../channel-log';
import { createIngest } from '../ingest';
import { registerWebhookRoutes } from '../webhook-routes';
import { type ChannelFixtures, signedRequest, withSignature } from './fixtures';

/** What an adapter must do behind the routes, over real HTTP. */
export function describeWebhooks(adapter: ChannelAdapter, fixtures: ChannelFixtures): void {
  const { channel, inbound } = fixtures;
  const first = inbound.find(({ messages }) => messages.length > 0);
  if (!first) throw new Error('fixtures.inbound has no message');
  const records: OutgoingRecord[] = [];
  const statuses: ProviderStatus[] = [];
  const output: string[] = [];
  let away: AppError | undefined;
  let server: FastifyInstance;
  let port: number;

  const take = async (list: readonly OutgoingRecord[]) => {
    if (away) throw away;
    records.push(...list);
  };
  const bus = { append: (record: OutgoingRecord) => take([record]), appendAll: take };
  const received = () =>
    records
      .filter((record) => record.type.endsWith('MessageReceived'))
      .map((record) => MessageReceived.decode(record.value));

  beforeAll(async () => {
    const logger = createLogger({
      service: 'contract',
      level: 'debug',
      destination: { write: (line) => output.push(line) },
    });
    const parts = { adapterService: adapter.manifest.adapterService, logger, metrics: createMetrics(), bus };
    server = fastify({ forceCloseConnections: true });
    registerWebhookRoutes(server, {
      ...parts,
      adapters: new Map([[adapter.manifest.type, adapter]]),
      directory: {
        peekChannel: (id) => (id === channel.id ? channel : undefined),
        channel: async (id) => (id === channel.id ? channel : undefined),
      },
      ingest: createIngest(parts),
      deliveries: {
        recordStatuses: async (_channel, list) => {
          if (away) throw away;
          statuses.push(...list);
        },
      },
      channelLog: createChannelLog(parts),
      publicUrl: 'https://gate.example.com',
      catchAll: true,
    });
    server.post('/json', async (request) => request.body);
    await server.listen({ port: 0, host: '127.0.0.1' });
    port = (server.server.address() as AddressInfo).port;
  });
  afterAll(() => server.close());
  beforeEach(() => {
    records.length = 0;
    statuses.length = 0;
    away = undefined;
  });

  const call = ({ method, path, headers, rawBody }: InboundRequest) =>
    post(port, { method, path, headers, body: rawBody });
  const signed = (request = first.request) => signedRequest(adapter, fixtures, request);
  const wrong = () => {
    const request = signed();
    const path = withSignature(fixtures, request.path, () => undefined);
    return { ...request, path, headers: { 'content-type': 'application/json' } };
  };

  describe('webhook', () => {
    test.each(inbound)(
      '$name is on the bus, or stored, when it is answered',
      async ({ request, messages, statuses: told = [] }) => {
        const answer = await call(signed(request));
        expect(Math.floor(answer.status / 100)).toBe(2);
        expect(received().map(({ message }) => message?.providerMessageId)).toEqual(
          messages.map(({ providerMessageId = '' }) => providerMessageId),
        );
        expect(statuses).toEqual(told);
      },
    );

    test('each message of a request has an event id of its own', async () => {
      for (const { request, messages } of inbound) {
        records.length = 0;
        await call(signed(request));
        expect(new Set(received().map(({ message }) => message?.eventId)).size).toBe(messages.length);
      }
    });

    test('a repeat has the same event ids', async () => {
      await Promise.all(Array.from({ length: 10 }, () => call(signed())));
      const ids = received().map(({ message }) => message?.eventId);
      expect(ids).toHaveLength(10 * first.messages.length);
      expect(new Set(ids).size).toBe(
        adapter.manifest.capabilities.providerMessageIds ? first.messages.length : ids.length,
      );
    });

    test('the raw payload travels along, cut at 64 KB', async () => {
      const request = signed(fixtures.bodyWithText('x'.repeat(100_000)));
      expect((await call(request)).status).toBe(200);
      expect(received()[0]?.raw).toEqual(request.rawBody.subarray(0, 65_536));
    });

    test('403 with an empty body, alike for all that is not a signed request of a known channel', async () => {
      const { type } = adapter.manifest;
      const { path } = signed();
      const answers = await Promise.all([
        call(wrong()),
        call({ ...wrong(), headers: {} }),
        call({ ...wrong(), headers: { 'content-type': 'garbage;;' } }),
        call({ ...signed(), path: `/webhooks/${type}/${randomUUID()}` }),
        call({ ...signed(), path: `/webhooks/${type}/no-uuid` }),
        call({ ...signed(), path: `/webhooks/no-such-type/${channel.id}` }),
        call({ ...signed(), path: path.replace(/\?|$/, (at) => `/what${at}`) }),
        call({ ...signed(), path: `/webhooks/${type}/${channel.id}/${'x'.repeat(5_000)}` }),
        call({ ...signed(), path: `/webhooks/__proto__/${channel.id}` }),
      ]);
      const shape = ({ status, body, headers }: Answer) => ({ status, body, type: headers['content-type'] });
      for (const answer of answers) expect(shape(answer)).toEqual({ status: 403, body: '', type: undefined });
      expect(received()).toEqual([]);
    });

    test('400 signed but malformed', async () => {
      for (const request of fixtures.malformed) expect((await call(signed(request))).status).toBe(400);
      expect(received()).toEqual([]);
    });

    test('413 over 1 MiB, with a length and without one', async () => {
      const body = Buffer.alloc(1_100_000, 'x');
      expect((await post(port, { ...wrong(), body })).status).toBe(413);
      expect((await post(port, { ...wrong(), body, chunked: true })).status).toBe(413);
      const log = records.filter((record) => record.type.endsWith('ChannelLogged'));
      expect(log.map(({ value }) => ChannelLogged.decode(value).code)).toContain('PAYLOAD_TOO_LARGE');
    });

    test('503 with Retry-After while the bus is away, and nothing acknowledged', async () => {
      for (const code of ['BUS_UNAVAILABLE', 'OVERLOADED', 'DATABASE_UNAVAILABLE'] as const) {
        away = new AppError(code);
        for (const { request } of inbound) {
          const answer = await call(signed(request));
          expect(answer.status).toBe(503);
          expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
        }
      }
    });

    test('413 for what the bus can not hold', async () => {
      away = new AppError('RECORD_TOO_LARGE');
      expect((await call(signed())).status).toBe(413);
    });

    test.each([
      ['NUL', 'a\u0000b', 'ab'],
      ['a lone surrogate', 'a\ud800b', 'a\ufffdb'],
      [
        'emoji, right-to-left and zero-width',
        '👩‍👩‍👧‍👦 \u202e\u200b e\u0301',
        '👩‍👩‍👧‍👦 \u202e\u200b e\u0301',
      ],
      ['deep nesting', '['.repeat(30_000), '['.repeat(30_000)],
    ])('a text of %s is taken', async (_name, text, expected) => {
      expect((await call(signed(fixtures.bodyWithText(text)))).status).toBe(200);
      const { kind } = received()[0]?.message?.content ?? {};
      const body = kind?.$case === 'text' ? kind.value.body : undefined;
      expect(body?.isWellFormed()).toBe(true);
      expect(body).not.toContain('\u0000');
      if (expected !== undefined) expect(body).toBe(expected);
    });

    test('what is refused on a channel is in its log, without secrets or personal data', async () => {
      await call(wrong());
      await call(signed());
      const log = records.filter((record) => record.type.endsWith('ChannelLogged'));
      const secrets = adapter.manifest.secrets.map((key) => String(channel.config?.[key]));
      const addresses = first.messages.map(({ address }) => address);
      const told = [...output, ...log.map((record) => Buffer.from(record.value).toString('latin1'))].join(
        '\n',
      );
      for (const text of [...secrets, ...addresses]) expect(told).not.toContain(text);
    });

    test('bodies of other routes are read as ever', async () => {
      const answer = await post(port, {
        method: 'POST',
        path: '/json',
        headers: { 'content-type': 'application/json' },
        body: Buffer.from('{"a":1}'),
      });
      expect(answer.body).toBe('{"a":1}');
    });
  });
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

function post(
  port: number,
  o: { method: string; path: string; headers: InboundRequest['headers']; body: Buffer; chunked?: boolean },
): Promise<Answer> {
  const length = o.chunked ? {} : { 'content-length': String(o.body.length) };
  return new Promise((resolve, reject) => {
    let answered = false;
    const request = httpRequest(
      {
        port,
        host: '127.0.0.1',
        method: o.method,
        path: o.path,
        headers: { ...o.headers, ...length },
        agent: false,
      },
      (response) => {
        answered = true;
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    // A server may answer 413 and close before it has read everything.
    request.on('error', (error) => (answered ? undefined : reject(error)));
    request.end(o.body);
  });
}
