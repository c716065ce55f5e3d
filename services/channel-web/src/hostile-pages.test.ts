import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { eventually, startWebChat, type WebChatBed } from './testing/web-chat-bed';

let bed: WebChatBed;
beforeAll(async () => {
  bed = await startWebChat({ tickMs: 40 });
});
afterAll(() => bed.stop());

const socketUrl = (channelId: string) => `${bed.baseUrl.replace('http', 'ws')}/chat/${channelId}`;

function open(channelId: string, origin?: string): Promise<WebSocket> {
  const socket = new WebSocket(socketUrl(channelId), origin ? { headers: { origin } } : {});
  return new Promise((resolve, reject) => {
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (_request, response) => reject(new Error(String(response.statusCode))));
    socket.on('error', reject);
  });
}

const closeCodeOf = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve));

async function closedAfter(channelId: string, data: string | Buffer, binary = false): Promise<number> {
  const socket = await open(channelId);
  const closed = closeCodeOf(socket);
  socket.on('error', () => {});
  socket.send(data, { binary });
  return closed;
}

test('pages of other origins are refused at the socket and over HTTP; the allowed ones are told so', async () => {
  const channel = bed.addChannel({ allowed_origins: ['https://shop.example', 'https://*.shop.example'] });
  const post = (origin?: string) =>
    fetch(`${bed.baseUrl}/chat/${channel.id}/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(origin ? { origin } : {}) },
      body: '{}',
    });
  for (const origin of [
    'https://evil.example',
    'http://shop.example',
    'https://shop.example.evil.example',
    'null',
  ]) {
    await expect(open(channel.id, origin)).rejects.toThrow('403');
    const refused = await post(origin);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    expect(await refused.json()).toMatchObject({ error: { code: 'ORIGIN_REFUSED' } });
  }
  for (const origin of ['https://shop.example', 'https://www.shop.example', 'http://chat.test']) {
    (await open(channel.id, origin)).terminate();
    expect((await post(origin)).headers.get('access-control-allow-origin')).toBe(origin);
  }
  const preflight = await fetch(`${bed.baseUrl}/chat/${channel.id}/messages`, {
    method: 'OPTIONS',
    headers: { origin: 'https://shop.example', 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('idempotency-key');
  expect((await post()).status).toBe(200);
});

test('unknown channels, ids that are none and other paths get 404 and a closed connection', async () => {
  await expect(open('0199f000-0000-7000-8000-000000000000')).rejects.toThrow('404');
  await expect(open('nonsense')).rejects.toThrow('404');
  const other = new WebSocket(`${bed.baseUrl.replace('http', 'ws')}/elsewhere`);
  other.on('error', () => {});
  const status = await new Promise((resolve) =>
    other.on('unexpected-response', (_q, r) => resolve(r.statusCode)),
  );
  expect(status).toBe(404);
  other.terminate();
  expect((await fetch(`${bed.baseUrl}/chat/nonsense/sessions`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(`${bed.baseUrl}/chat/${bed.addChannel().id}`)).status).toBe(426);
});

test('tokens that are forged, changed, expired or of another channel open nothing', async () => {
  const channel = bed.addChannel();
  const visitor = bed.visitor(channel);
  await visitor.connect();
  await visitor.close();
  const [body = '', signature = ''] = visitor.token.split('.');
  const payload = JSON.parse(Buffer.from(body, 'base64url').toString());
  const other = Buffer.from(
    JSON.stringify({ ...payload, a: '0199f000-0000-7000-8000-000000000001' }),
  ).toString('base64url');
  const elsewhere = bed.addChannel({}, channel.tenantId);
  const forged = [
    '',
    'x',
    'a.b',
    'a.b.c',
    `${other}.${signature}`,
    `${body}.`,
    `${body}.${'A'.repeat(43)}`,
    '💥.💥',
  ];
  for (const token of forged) {
    expect(await closedAfter(channel.id, JSON.stringify({ t: 'hello', token, after_seq: 0 }))).toBe(4401);
    const response = await fetch(`${bed.baseUrl}/chat/${channel.id}/messages?wait=0`, {
      headers: { authorization: `Bearer ${encodeURI(token)}` },
    });
    expect(response.status).toBe(401);
  }
  expect(await closedAfter(elsewhere.id, JSON.stringify({ t: 'hello', token: visitor.token }))).toBe(4401);
});

test('a visitor sees nothing of another', async () => {
  const channel = bed.addChannel();
  const [one, two] = [bed.visitor(channel), bed.visitor(channel)];
  await Promise.all([one.connect(), two.connect()]);
  await one.say('secret');
  await bed.send(channel, one.visitorId, { text: 'answer' });
  await one.message(({ seq }) => seq === 2);
  await two.say('mine');
  await two.message(({ seq }) => seq === 1);
  expect(two.messages.map(({ content }) => content.text)).toEqual(['mine']);
  const page = await fetch(`${bed.baseUrl}/chat/${channel.id}/messages?wait=0&visitor_id=${one.visitorId}`, {
    headers: { authorization: `Bearer ${two.token}` },
  });
  expect(JSON.stringify(await page.json())).not.toContain('secret');
  await Promise.all([one.close(), two.close()]);
});

test('garbage before hello ends the socket, garbage after it is answered, and too much of it ends it', async () => {
  const channel = bed.addChannel();
  for (const data of [
    '',
    '{',
    '[]',
    'null',
    '{"t":"msg","cid":"a","text":"x"}',
    '"\\ud800"',
    '['.repeat(30_000),
  ]) {
    expect(await closedAfter(channel.id, data)).toBe(4401);
  }
  expect(await closedAfter(channel.id, Buffer.from('{}'), true)).toBe(1003);
  const visitor = bed.visitor(channel);
  await visitor.connect();
  for (const frame of [
    { t: 'msg', cid: '', text: 'x' },
    { t: 'msg', cid: 'a b', text: 'x' },
    { t: 'nothing' },
    { t: 'ack', seq: -1 },
    { t: 'hello' },
  ])
    visitor.frame(frame);
  await eventually('five errors', () => visitor.frames.filter(({ t }) => t === 'error').length === 5);
  for (const text of [' \n ', 'x'.repeat(8_001), 5])
    visitor.frame({ t: 'msg', cid: `c${String(text).length}`, text });
  await eventually(
    'three refusals',
    () => visitor.frames.filter(({ code }) => code === 'MESSAGE_INVALID').length === 3,
  );
  const cleaned = await visitor.say(`a\0b\ud800c`);
  expect((await visitor.message(({ seq }) => seq === cleaned.seq)).content.text).toBe('ab\ufffdc');
  expect((await visitor.say('😀'.repeat(8_000))).seq).toBe(2);
  visitor.frame('nonsense');
  visitor.frame('nonsense');
  expect(await visitor.closed()).toBe(1008);
});

test('frames over 64 KiB and broken UTF-8 end the socket at once, and the server lives', async () => {
  const channel = bed.addChannel();
  const visitor = bed.visitor(channel);
  await visitor.connect();
  visitor.frame('x'.repeat(64 * 1024 + 1));
  expect(await visitor.closed()).toBe(1009);
  // A frame header that announces 101 MiB: refused before any of it is read.
  const socket = connect(Number(new URL(bed.baseUrl).port), '127.0.0.1');
  socket.write(
    `GET /chat/${channel.id} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  await new Promise((resolve) => socket.once('data', resolve));
  socket.write(Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x06, 0x50, 0, 0, 1, 2, 3, 4]));
  const closing = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  expect(closing.readUInt16BE(2)).toBe(1009);
  socket.destroy();
  await visitor.connect();
  visitor.frame(Buffer.from('{"t":"typing"}'));
  expect(await visitor.closed()).toBe(1003);
  await visitor.connect();
  expect((await visitor.say('alive')).seq).toBe(1);
  await visitor.close();
});

test('a flood of messages is slowed, a flood of frames ends the socket, and nothing acknowledged is lost', async () => {
  const channel = bed.addChannel();
  const visitor = bed.visitor(channel);
  await visitor.connect();
  const answers = await Promise.allSettled(
    Array.from({ length: 60 }, (_, index) => visitor.say(`m${index}`)),
  );
  const taken = answers.filter(({ status }) => status === 'fulfilled');
  const refused = answers.filter((answer) => answer.status === 'rejected').map((answer) => answer.reason);
  expect(taken.length).toBeGreaterThanOrEqual(30);
  expect(taken.length).toBeLessThan(60);
  for (const reason of refused) {
    expect(reason).toMatchObject({ code: 'RATE_LIMITED' });
    expect(reason.retry_after_ms).toBeGreaterThan(0);
  }
  for (let index = 0; index < 1_000; index += 1) visitor.frame({ t: 'typing' });
  expect(await visitor.closed()).toBe(4429);
  const again = bed.visitor(channel, { token: visitor.token });
  await again.connect();
  await again.message(({ seq }) => seq === taken.length);
  expect(again.messages).toHaveLength(taken.length);
  await again.close();
});

test('a socket that says nothing is closed with 4408, one that answers no ping too', async () => {
  const channel = bed.addChannel();
  const silent = await open(channel.id);
  expect(await closeCodeOf(silent)).toBe(4408);
  const visitor = bed.visitor(channel);
  await visitor.connect();
  const { token } = visitor;
  const deaf = new WebSocket(socketUrl(channel.id), { autoPong: false });
  await new Promise((resolve) => deaf.on('open', resolve));
  deaf.send(JSON.stringify({ t: 'hello', token, after_seq: 0 }));
  expect([4408, 1006]).toContain(await closeCodeOf(deaf));
  expect((await visitor.say('still here')).seq).toBe(1);
  await visitor.close();
});
