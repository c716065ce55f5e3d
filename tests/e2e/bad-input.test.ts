import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  type Conversation,
  ConversationServiceService,
  Direction,
  OperationsServiceService,
} from '@omnigate/contracts';
import { newSid } from '@omnigate/testkit';
import { WebSocket } from 'ws';
import { eventually } from '../journeys/eventually';
import { type OpenedOmnigate, openOmnigate } from '../journeys/open-omnigate';
import { grpcFrame, grpcStatusOf, openLine, type RawLine } from '../journeys/raw-line';
import { openSmsShop, type SmsShop } from '../journeys/sms-shop';
import { openWebShop, type WebShop } from '../journeys/web-shop';

const idleSockets = 10_000;
const maxRssMb = 700;
/** grpc-status: gRPC's table of status codes. */
const invalidArgument = 3;
const unauthenticated = 16;
const unimplemented = 12;
const internal = 13;
const resourceExhausted = 8;

/** A child's limit is the test's own; Node raises it to the hard one. */
function requireOpenFiles(count: number): void {
  const limit = execFileSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).trim();
  if (limit === 'unlimited' || Number(limit) >= count) return;
  throw new Error(
    `The limit of open files is ${limit}: raise it with "ulimit -n ${count}" as root, then test again`,
  );
}

describe('bad input', () => {
  let omnigate: OpenedOmnigate;
  let shop: SmsShop;
  let web: WebShop;
  let customers = 0;

  beforeAll(async () => {
    omnigate = await openOmnigate();
    shop = await openSmsShop(omnigate);
    web = await openWebShop(omnigate);
  }, 120_000);
  // Whatever came: the same process is alive, small, and answers.
  afterEach(async () => {
    customers += 1;
    const customer = `+86138000009${String(customers).padStart(2, '0')}`;
    const [answer] = await shop.twilio.inbound({
      url: shop.webhookUrl,
      from: customer,
      body: '物业费怎么交？',
    });
    expect(answer?.status).toBe(200);
    await eventually(() => shop.twilio.messages.some(({ to }) => to === customer), { what: 'an answer' });
    expect(residentMb()).toBeLessThan(maxRssMb);
  });
  afterAll(async () => {
    await shop?.twilio.stop();
    await omnigate?.close();
  }, 60_000);

  /** Fails when the process is gone. */
  const residentMb = () =>
    Number(execFileSync('ps', ['-o', 'rss=', '-p', String(omnigate.pid())], { encoding: 'utf8' })) / 1024;

  async function post(path: string, body?: string | Buffer, headers: Record<string, string> = {}) {
    const response = await fetch(`${omnigate.httpUrl}${path}`, {
      method: 'POST',
      headers,
      ...(body === undefined ? {} : { body: body as string }),
    });
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      body: await response.text(),
    };
  }
  const inbound = (from: string, body: string, more: object = {}) =>
    shop.twilio.inbound({ url: shop.webhookUrl, from, body, ...more });
  const logCodes = async () => {
    const { entries } = await omnigate
      .client(OperationsServiceService)
      .listChannelLog({ channel: 'shop-sms', pageSize: 500 });
    return entries;
  };
  const conversationsOf = async (address: string): Promise<Conversation[]> =>
    (await omnigate.client(ConversationServiceService).listConversations({ address })).conversations;

  test('unsigned, wrongly signed, unknown: 403 with an empty body, all alike; the operator is told', async () => {
    const path = `/webhooks/sms-twilio/${shop.channelId}`;
    const form = new URLSearchParams({
      MessageSid: newSid('SM'),
      AccountSid: 'AC1',
      From: '+1415',
      Body: 'x',
    });
    const type = 'application/x-www-form-urlencoded';
    const wrong = { 'content-type': type, 'x-twilio-signature': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' };
    const answers = [
      await post(path, form.toString(), { 'content-type': type }),
      await post(path, form.toString(), wrong),
      await post(path, '{"a":', { ...wrong, 'content-type': 'application/json' }),
      await post(path, '['.repeat(50_000), { ...wrong, 'content-type': 'application/json' }),
      await post(path, 'garbage', { ...wrong, 'content-type': 'no type at all;;;' }),
      await post(path),
      await post(`/webhooks/sms-twilio/${randomUUID()}`, form.toString(), wrong),
      await post('/webhooks/sms-twilio/no-uuid', form.toString(), wrong),
      await post(`/webhooks/no-such-type/${shop.channelId}`, form.toString(), wrong),
      await post(`/webhooks/web/${web.channelId}`, form.toString(), wrong),
      await post(`/webhooks/__proto__/${shop.channelId}`, form.toString(), wrong),
      await post(`${path}/status?message_id=${randomUUID()}`, form.toString(), wrong),
      await post('/webhooks/sms-twilio/%00%ff', form.toString(), wrong),
    ];
    for (const answer of answers) expect(answer).toEqual({ status: 403, type: null, body: '' });
    const [late] = await inbound('+1415', 'x', { change: { authToken: 'another' } });
    expect(late).toMatchObject({ status: 403, body: '' });
    await eventually(async () => (await logCodes()).some(({ code }) => code === 'SIGNATURE_INVALID'));
    const entry = (await logCodes()).find(({ code }) => code === 'SIGNATURE_INVALID');
    expect(entry).toMatchObject({
      channel: 'shop-sms',
      stage: 'receive',
      detail: expect.stringMatching(/webhook_url/),
    });
    expect(await conversationsOf('+1415')).toEqual([]);
  });

  test('signed but malformed 400; too large 413; thousands of fields 200; the operator is told', async () => {
    const nobody = '+14158675390';
    const without = (...names: string[]) =>
      inbound(nobody, 'x', { params: Object.fromEntries(names.map((name) => [name, ''])) });
    expect((await without('From'))[0]?.status).toBe(400);
    expect((await without('MessageSid', 'SmsSid', 'SmsMessageSid'))[0]?.status).toBe(400);
    expect((await inbound(nobody, 'x', { params: { AccountSid: 'AC2' } }))[0]?.status).toBe(400);
    expect((await inbound(nobody, 'x'.repeat(1_100_000)))[0]?.status).toBe(413);
    expect((await inbound(nobody, 'x'.repeat(950_000)))[0]?.status).toBe(413);
    expect(await conversationsOf(nobody)).toEqual([]);

    const many = '+14158675391';
    const params = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, index) => [`Field${index}`, `${index}`]),
    );
    expect((await inbound(many, 'hello', { params }))[0]?.status).toBe(200);
    await eventually(async () => (await conversationsOf(many))[0]?.inboundCount === 1);
    const expected = ['PAYLOAD_MALFORMED', 'PAYLOAD_TOO_LARGE', 'RECORD_TOO_LARGE'];
    await eventually(
      async () => {
        const codes = (await logCodes()).map(({ code }) => code);
        return expected.every((code) => codes.includes(code));
      },
      { what: `channel-log entries ${expected.join(', ')}` },
    );
  });

  test('NUL bytes, lone surrogates and deep nesting in a text are kept, cleaned', async () => {
    const customer = '+14158675392';
    const texts = [
      'a\u0000b',
      'lone \ud83d surrogate',
      '['.repeat(20_000),
      '%00%ff%fe',
      '‮‏e\u0301'.repeat(100),
    ];
    for (const text of texts) expect((await inbound(customer, text))[0]?.status).toBe(200);
    await eventually(async () => (await conversationsOf(customer))[0]?.inboundCount === texts.length);
    const conversationId = (await conversationsOf(customer))[0]?.id ?? '';
    const { messages } = await omnigate.client(ConversationServiceService).listMessages({ conversationId });
    const stored = messages
      .filter(({ direction }) => direction === Direction.DIRECTION_INBOUND)
      .map(({ content }) => (content?.kind?.$case === 'text' ? content.kind.value.body : ''))
      .reverse();
    expect(stored).toEqual(['ab', 'lone \ufffd surrogate', ...texts.slice(2)]);

    const visitor = web.visitor();
    await visitor.connect();
    await visitor.say('a\u0000b\ud800');
    await eventually(async () => (await conversationsOf(visitor.visitorId))[0]?.inboundCount === 1);
    expect(visitor.messages[0]?.content.text).toBe('ab\ufffd');
    visitor.drop();
  });

  test('bodies that are no JSON, too deep or too large are refused by the chat’s HTTP fallback', async () => {
    const path = `/chat/${web.channelId}/sessions`;
    const json = { 'content-type': 'application/json' };
    expect((await post(path, '{"identity":', json)).status).toBe(400);
    expect((await post(path, `{"identity":${'['.repeat(30_000)}`, json)).status).toBe(400);
    expect(
      (await post(path, `{"a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`, json)).status,
    ).toBeLessThan(500);
    expect((await post(path, `{"a":"${'x'.repeat(1_000_000)}"}`, json)).status).toBe(413);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post(path, 'a=b', form)).status).toBe(400);
    expect((await post(`/chat/${randomUUID()}/sessions`, '{}', json)).status).toBe(404);
    expect((await post(`/chat/${web.channelId}/messages`, '{"text":"x"}', json)).status).toBe(401);
    expect((await post('/nothing-here', 'x')).status).toBe(404);
    expect((await post('/chat/%ff', 'x')).status).toBe(400);
  });

  test('garbage on a WebSocket closes that socket alone, with the code of its fault', async () => {
    const bystander = web.visitor();
    await bystander.connect();
    const closeCode = async (data: string | Buffer) => {
      const visitor = web.visitor();
      await visitor.connect();
      visitor.frame(data);
      return visitor.closed();
    };
    expect(await closeCode(randomBytes(100))).toBe(1003);
    expect(await closeCode('x'.repeat(70_000))).toBe(1009);

    const chatty = web.visitor();
    await chatty.connect();
    for (let count = 0; count < 10; count += 1) chatty.frame('['.repeat(1_000));
    expect(await chatty.closed()).toBe(1008);
    expect(chatty.frames.filter(({ t, code }) => t === 'error' && code === 'PAYLOAD_MALFORMED')).toHaveLength(
      10,
    );

    const stranger = new WebSocket(`${omnigate.httpUrl.replace('http', 'ws')}/chat/${web.channelId}`);
    stranger.on('open', () => stranger.send('{"t":"msg","cid":"1","text":"let me in"}'));
    expect(await new Promise((resolve) => stranger.once('close', resolve))).toBe(4401);

    // Masked bytes that are no frame at all.
    const handshake = [
      `GET /chat/${web.channelId} HTTP/1.1`,
      'Host: x',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ].join('\r\n');
    const line = await openLine(omnigate.httpUrl, `${handshake}\r\n\r\n`);
    await eventually(() => line.received().includes('101'));
    line.socket.write(Buffer.alloc(64, 0xff));
    await line.closed;

    await bystander.say('物业费怎么交？');
    await bystander.message(({ from }) => from.role === 'bot');
    bystander.drop();
  });

  test('garbage on the HTTP and gRPC ports closes that connection; garbage in a call is that call’s error', async () => {
    const junk = [
      randomBytes(2_000),
      Buffer.alloc(2_000),
      Buffer.from('\x16\x03\x01\x02\x00\x01\x00\x01\xfc', 'latin1'),
    ];
    for (const bytes of junk) {
      const line = await openLine(omnigate.httpUrl, bytes);
      await line.closed;
      expect(line.received()).toMatch(/^(?:HTTP\/1\.1 400|$)/);
    }
    const huge = await openLine(omnigate.httpUrl, `GET / HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`);
    await huge.closed;
    expect(huge.received()).toMatch(/^HTTP\/1\.1 431/);
    for (const bytes of [...junk, Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')]) {
      const line = await openLine(`http://${omnigate.grpcAddress}`, bytes);
      await line.closed;
    }

    const path = '/omnigate.conversation.v1.ConversationService/ListConversations';
    const { apiKey, grpcAddress } = omnigate;
    const call = (body: Buffer, more: { path?: string; apiKey?: string } = {}) =>
      grpcStatusOf(grpcAddress, { path, apiKey, body, ...more });
    const garbled = await call(grpcFrame(Buffer.alloc(40, 0xff)));
    expect([invalidArgument, internal]).toContain(garbled);
    expect(await call(grpcFrame(Buffer.alloc(0)), { apiKey: 'no-such-key-at-all' })).toBe(unauthenticated);
    expect(
      await call(grpcFrame(Buffer.alloc(0)), { path: '/omnigate.conversation.v1.ConversationService/No' }),
    ).toBe(unimplemented);
    expect(await call(grpcFrame(Buffer.alloc(5 * 1024 * 1024)))).toBe(resourceExhausted);
    expect(await call(grpcFrame(Buffer.alloc(0), 0xffff_ffff))).toBe(resourceExhausted);
    expect(await call(grpcFrame(Buffer.alloc(0)))).toBe(0);
    const client = omnigate.client(ConversationServiceService);
    await expect(client.getConversation({ conversationId: 'no-uuid' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(client.getConversation({ conversationId: randomUUID() })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(client.listConversations({ pageToken: 'garbage' })).rejects.toMatchObject({
      code: 'PAGE_TOKEN_INVALID',
    });
  });

  test('slow bodies are cut off, and 10,000 idle sockets keep nobody from being served', async () => {
    const head = [
      `POST /webhooks/sms-twilio/${shop.channelId} HTTP/1.1`,
      'Host: x',
      'Content-Type: application/x-www-form-urlencoded',
      'Content-Length: 1000',
    ].join('\r\n');
    const slow: RawLine[] = [];
    for (let count = 0; count < 50; count += 1)
      slow.push(await openLine(omnigate.httpUrl, `${head}\r\n\r\n`));
    const dripping = setInterval(() => {
      for (const { socket } of slow) if (socket.writable) socket.write('a');
    }, 1_000);
    requireOpenFiles(idleSockets + 1_000);
    const idle: RawLine[] = [];
    while (idle.length < idleSockets) {
      // A connection that has asked once stays open; one that never speaks is closed after 10 s.
      const asking = () => openLine(omnigate.httpUrl, 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
      const silent = () => openLine(`http://${omnigate.grpcAddress}`);
      idle.push(
        ...(await Promise.all(
          Array.from({ length: 200 }, (_, index) => (index < 180 ? asking() : silent())),
        )),
      );
    }
    const held = () => idle.filter(({ socket }) => !socket.destroyed && !socket.readableEnded).length;
    expect(held()).toBeGreaterThan(idleSockets * 0.8);
    const visitor = web.visitor();
    await visitor.connect();
    await visitor.say('发票怎么开');
    await visitor.message(({ from }) => from.role === 'bot');
    visitor.drop();
    expect((await conversationsOf(visitor.visitorId))[0]?.inboundCount).toBe(1);
    expect((await fetch(`${omnigate.httpUrl}/readyz`)).status).toBe(200);
    expect(residentMb()).toBeLessThan(maxRssMb);

    await Promise.all(slow.map(({ closed }) => closed));
    clearInterval(dripping);
    expect(new Set(slow.map((line) => line.received().slice(0, 12)))).toEqual(new Set(['HTTP/1.1 408']));
    for (const { socket } of idle) socket.destroy();
  }, 120_000);
});
