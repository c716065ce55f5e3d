import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { eventually, startWebChat, type WebChatBed } from '../testing/web-chat-bed';

let bed: WebChatBed;
beforeAll(async () => {
  bed = await startWebChat({ pollMs: 500 });
});
afterAll(() => bed.stop());

interface Page {
  messages: { seq: number; cid?: string; content: { text: string } }[];
  last_seq: number;
  delivered_seq: number;
  read_seq: number;
}

async function session(channelId: string) {
  const base = `${bed.baseUrl}/chat/${channelId}`;
  const opened = await fetch(`${base}/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  const { token, visitor_id: visitorId } = (await opened.json()) as { token: string; visitor_id: string };
  const authorization = `Bearer ${token}`;
  return {
    token,
    visitorId,
    post: (body: object, cid?: string) =>
      fetch(`${base}/messages`, {
        method: 'POST',
        headers: {
          authorization,
          'content-type': 'application/json',
          ...(cid ? { 'idempotency-key': cid } : {}),
        },
        body: JSON.stringify(body),
      }),
    get: async (query: string) => {
      const response = await fetch(`${base}/messages?${query}`, { headers: { authorization } });
      expect(response.status).toBe(200);
      return (await response.json()) as Page;
    },
  };
}

test('a visitor without a socket writes once per cid, waits for the answer and reads the history', async () => {
  const channel = bed.addChannel();
  const visitor = await session(channel.id);
  const cid = randomUUID();
  const first = await visitor.post({ text: 'hello' }, cid);
  expect(first.status).toBe(200);
  const stored = await first.json();
  expect(stored).toMatchObject({ cid, seq: 1 });
  expect(await (await visitor.post({ text: 'hello', cid })).json()).toEqual(stored);
  expect((await visitor.post({ text: 'other', cid })).status).toBe(400);

  const waiting = visitor.get('after_seq=1');
  const messageId = await bed.send(channel, visitor.visitorId, { text: 'answer' });
  const page = await waiting;
  expect(page.messages.map(({ seq, content }) => [seq, content.text])).toEqual([[2, 'answer']]);
  expect((await visitor.get('wait=0&ack=0')).messages.map(({ content }) => content.text)).toEqual([
    'hello',
    'answer',
  ]);
  expect((await visitor.get('wait=0&ack=0&after_seq=0&limit=1')).messages).toHaveLength(1);
  expect(await visitor.get('after_seq=2&read_seq=2&wait=0')).toMatchObject({
    messages: [],
    last_seq: 2,
    delivered_seq: 2,
    read_seq: 2,
  });
  await eventually('read', () =>
    bed.statuses.some((status) => status.messageId === messageId && status.state === 6),
  );
});

test('a poll with nothing to tell ends empty after its time, and asks nothing of the future', async () => {
  const visitor = await session(bed.addChannel().id);
  expect(await visitor.get('after_seq=0')).toMatchObject({ messages: [], last_seq: 0 });
  expect(await visitor.get('after_seq=99&wait=0')).toMatchObject({ last_seq: 0, delivered_seq: 0 });
});

test('requests that are malformed, unsigned or too large are refused', async () => {
  const channel = bed.addChannel();
  const visitor = await session(channel.id);
  for (const body of [
    {},
    { text: '' },
    { text: 'x'.repeat(8_001) },
    { choice: { id: '', label: 'x' } },
    { text: 5 },
  ])
    expect((await visitor.post(body, 'c1')).status).toBe(400);
  expect((await visitor.post({ text: 'x' })).status).toBe(400);
  expect((await visitor.post({ text: 'x'.repeat(70_000) }, 'c2')).status).toBe(413);
  const url = `${bed.baseUrl}/chat/${channel.id}/messages`;
  expect((await fetch(url, { method: 'POST', body: 'text=x' })).status).toBe(400);
  expect((await fetch(`${url}?wait=0`)).status).toBe(401);
  for (const query of ['after_seq=-1', 'after_seq=x', 'limit=0', 'limit=201', 'wait=2']) {
    const response = await fetch(`${url}?${query}`, {
      headers: { authorization: `Bearer ${visitor.token}` },
    });
    expect(response.status).toBe(400);
  }
});

test('a flood over HTTP is answered 429 with Retry-After', async () => {
  const visitor = await session(bed.addChannel().id);
  const answers = await Promise.all(
    Array.from({ length: 60 }, () => visitor.post({ text: 'x' }, randomUUID())),
  );
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(60 - refused.length);
});

test('a session is renewed by its token, not by another', async () => {
  const channel = bed.addChannel();
  const { token, visitorId } = await session(channel.id);
  const renew = (authorization: string) =>
    fetch(`${bed.baseUrl}/chat/${channel.id}/sessions`, { method: 'POST', headers: { authorization } });
  expect(await (await renew(`Bearer ${token}`)).json()).toMatchObject({ visitor_id: visitorId });
  expect((await renew('Bearer x.y')).status).toBe(401);
});

test('widget.js is small, cached, compressed and carries the channel’s title', async () => {
  const channel = bed.addChannel({ title: '</script>客服', locale: 'zh' });
  const url = `${bed.baseUrl}/chat/${channel.id}/widget.js`;
  const response = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  const text = await response.text();
  expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  expect(response.headers.get('cache-control')).toContain('max-age');
  expect(text).toContain('客服');
  expect(text).not.toContain('</script>');
  expect(() => new Function(text)).not.toThrow();
  const cached = await fetch(url, { headers: { 'if-none-match': response.headers.get('etag') ?? '' } });
  expect(cached.status).toBe(304);
  const { request } = await import('node:http');
  const raw = await new Promise<Buffer>((resolve, reject) => {
    request(url, { headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      const chunks: Buffer[] = [];
      expect(answer.headers['content-encoding']).toBe('gzip');
      answer
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('end', () => resolve(Buffer.concat(chunks)));
    })
      .on('error', reject)
      .end();
  });
  expect(raw.length).toBeLessThan(30 * 1024);
  expect(gunzipSync(raw).toString()).toBe(text);
  expect((await fetch(`${bed.baseUrl}/chat/nonsense/widget.js`)).status).toBe(404);
});

test('one address opens only so many sessions at once; a proxy on the machine is not taken for one visitor', async () => {
  const url = `${bed.baseUrl}/chat/${bed.addChannel().id}/sessions`;
  const statusesFrom = async (address: string) => {
    const headers = { 'x-forwarded-for': address };
    const answers = await Promise.all(
      Array.from({ length: 230 }, () => fetch(url, { method: 'POST', headers })),
    );
    return answers.map(({ status }) => status);
  };
  const foreign = await statusesFrom('203.0.113.5');
  expect(foreign.filter((status) => status === 200).length).toBeGreaterThanOrEqual(200);
  expect(foreign).toContain(429);
  expect(new Set(await statusesFrom('::ffff:127.0.0.1'))).toEqual(new Set([200]));
});
