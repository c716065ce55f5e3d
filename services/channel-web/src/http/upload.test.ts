import { randomBytes, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { buffer, json } from 'node:stream/consumers';
import { Media, type Message, type ResolvedChannel } from '@omnigate/contracts';
import { samplePng, type WebVisitor } from '@omnigate/testkit';
import { eventually, startWebChat, type WebChatBed } from '../testing/web-chat-bed';

let bed: WebChatBed;
beforeAll(async () => {
  bed = await startWebChat({ pollMs: 500 });
});
afterAll(() => bed.stop());

interface File {
  bytes: Buffer;
  type?: string;
  name?: string;
  cid?: string;
  token?: string;
}

/** A visitor and how they send files. */
async function visitorOf(channel: ResolvedChannel = bed.addChannel()) {
  const visitor = bed.visitor(channel);
  await visitor.connect();
  const send = (file: File) =>
    fetch(`${bed.baseUrl}/chat/${channel.id}/files`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${file.token ?? visitor.token}`,
        'idempotency-key': file.cid ?? randomUUID(),
        ...(file.type ? { 'content-type': file.type } : {}),
        'x-file-name': encodeURIComponent(file.name ?? ''),
      },
      body: new Uint8Array(file.bytes),
    });
  return { channel, visitor, send };
}

const filesFrom = ({ visitorId }: WebVisitor): Message[] =>
  bed.received.filter(
    ({ sender, content }) => sender?.address === visitorId && /image|file/.test(content?.kind?.$case ?? ''),
  );
const refusalOf = async (answer: Response) => [
  answer.status,
  ((await answer.json()) as { error: { code: string } }).error.code,
];

test('a picture is stored, goes out by reference, and all pages get links to it and its thumbnail', async () => {
  const { channel, visitor, send } = await visitorOf();
  const bytes = samplePng({ width: 1_200, height: 800 });
  const cid = randomUUID();
  const answer = await send({ bytes, type: 'image/png', name: '漏水 1.png', cid });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ cid, seq: 1 });
  const shown = await visitor.message(({ seq }) => seq === 1);
  expect(shown).toMatchObject({
    cid,
    from: { role: 'customer' },
    content: { type: 'image', name: '漏水 1.png', content_type: 'image/png', size: bytes.length, text: '' },
  });
  const { url, thumbnail_url: thumbnail } = shown.content as { url?: string; thumbnail_url?: string };
  expect(url).toMatch(new RegExp(`^/media/${channel.tenantId}/`));
  expect(thumbnail).toMatch(/^\/media\//);

  await eventually('received', () => filesFrom(visitor).length === 1);
  const [message] = filesFrom(visitor);
  const kind = message?.content?.kind;
  if (kind?.$case !== 'image') throw new Error('no picture');
  expect(kind.value).toMatchObject({ contentType: 'image/png', fileName: '漏水 1.png', providerUrl: '' });
  const kept = await bed.media.get(channel.tenantId, kind.value.mediaId);
  expect(kept && (await buffer(kept.open())).equals(bytes)).toBe(true);
  expect(url).toContain(kind.value.mediaId);
  expect(thumbnail).toContain(kind.value.thumbnailId);

  // The history has them too, with the links of now.
  const history = await fetch(`${bed.baseUrl}/chat/${channel.id}/messages?wait=0`, {
    headers: { authorization: `Bearer ${visitor.token}` },
  });
  expect(((await history.json()) as { messages: unknown[] }).messages).toMatchObject([
    { content: { url, thumbnail_url: thumbnail } },
  ]);
  await visitor.close();
});

test('a picture that an agent sends reaches the page with links, and one elsewhere as it is', async () => {
  const { channel, visitor } = await visitorOf();
  const { mediaId, thumbnailId } = await bed.media.put(channel.tenantId, samplePng());
  const image = (value: object) => ({
    kind: {
      $case: 'image' as const,
      value: {
        ...{ providerUrl: '', contentType: 'image/png', sizeBytes: 1n, fileName: '', caption: 'done' },
        ...{ mediaId: '', providerMediaId: '', errorCode: '', thumbnailId: '', contentId: '' },
        ...value,
      },
    },
  });
  await bed.send(channel, visitor.visitorId, { content: image({ mediaId, thumbnailId }) });
  await bed.send(channel, visitor.visitorId, { content: image({ providerUrl: 'https://m.example/1.png' }) });
  await visitor.message(({ seq }) => seq === 2);
  expect(visitor.messages[0]?.content).toMatchObject({
    type: 'image',
    text: 'done',
    url: expect.stringContaining(mediaId),
    thumbnail_url: expect.stringContaining(thumbnailId),
  });
  expect(visitor.messages[1]?.content).toMatchObject({ url: 'https://m.example/1.png', thumbnail_url: '' });
  await visitor.close();
});

test('files that come beside a text are shown below it', async () => {
  const { channel, visitor } = await visitorOf();
  const stored = await bed.media.put(channel.tenantId, samplePng(), { fileName: 'done.png' });
  const attachment = Media.fromPartial({ ...stored, sizeBytes: BigInt(stored.sizeBytes) });
  const text = 'Done. "media_id":"x"';
  await bed.send(channel, visitor.visitorId, { text, attachments: [attachment] });
  await bed.send(channel, visitor.visitorId, { text });
  await visitor.message(({ seq }) => seq === 2);
  const [one, two] = visitor.messages;
  expect(one?.content).toMatchObject({
    ...{ type: 'text', text },
    attachments: [{ type: 'image', name: 'done.png', url: expect.stringContaining(stored.mediaId) }],
  });
  expect(two?.content).toEqual({ type: 'text', text });
  await visitor.close();
});

test('the same cid again, at once or later, is one file with the first one’s place', async () => {
  const { visitor, send } = await visitorOf();
  const cid = randomUUID();
  const file = { bytes: samplePng(), type: 'image/png', cid };
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(file)));
  answers.push(await send(file));
  const places = await Promise.all(answers.map((answer) => answer.json()));
  for (const place of places) expect(place).toEqual(places[0]);
  expect((await visitor.say('next')).seq).toBe(2);
  await eventually('received', () => filesFrom(visitor).length > 0);
  expect(filesFrom(visitor)).toHaveLength(1);
  await visitor.close();
});

test('documents and texts are files, shown by name', async () => {
  const { visitor, send } = await visitorOf();
  const pdf = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(2_000)]);
  await send({ bytes: pdf, type: 'application/pdf', name: 'plan.pdf' });
  await send({ bytes: Buffer.from('一行文字\n'), type: 'text/plain', name: 'a.txt' });
  await send({ bytes: Buffer.from('{"a":1}'), type: 'application/json', name: 'a.json' });
  await visitor.message(({ seq }) => seq === 3);
  expect(visitor.messages.map(({ content }) => [content.type, content.name, content.content_type])).toEqual([
    ['file', 'plan.pdf', 'application/pdf'],
    ['file', 'a.txt', 'text/plain'],
    ['file', 'a.json', 'application/json'],
  ]);
  await visitor.close();
});

describe('what is refused', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  const zip = Buffer.concat([Buffer.from('504b0304140000000800', 'hex'), Buffer.alloc(200)]);
  const refused: [string, File, number, string][] = [
    [
      'a page that says it is a picture',
      { bytes: Buffer.from('<html><script>'), type: 'image/png' },
      415,
      'MEDIA_TYPE_REFUSED',
    ],
    ['a page', { bytes: Buffer.from('<html><script>'), type: 'text/html' }, 415, 'MEDIA_TYPE_REFUSED'],
    ['SVG with a script', { bytes: Buffer.from(svg), type: 'image/svg+xml' }, 415, 'MEDIA_TYPE_REFUSED'],
    [
      'SVG that says it is a PNG',
      { bytes: Buffer.from(svg), type: 'image/png', name: 'a.png' },
      415,
      'MEDIA_TYPE_REFUSED',
    ],
    [
      'SVG that says it is a text',
      { bytes: Buffer.from(svg), type: 'text/plain', name: 'a.txt' },
      415,
      'MEDIA_TYPE_REFUSED',
    ],
    [
      'a program',
      { bytes: Buffer.concat([Buffer.from('MZ'), randomBytes(300)]), name: 'a.pdf' },
      415,
      'MEDIA_TYPE_REFUSED',
    ],
    [
      'a script by its name',
      { bytes: Buffer.from('@echo off'), type: 'text/plain', name: 'a.bat' },
      415,
      'MEDIA_TYPE_REFUSED',
    ],
    ['an archive', { bytes: zip, type: 'application/zip', name: 'a.zip' }, 415, 'MEDIA_TYPE_REFUSED'],
    [
      'a picture that unpacks to more than a page should spend',
      { bytes: samplePng({ width: 9_000, height: 9_000 }), type: 'image/png' },
      415,
      'MEDIA_TYPE_REFUSED',
    ],
    ['bytes that are nothing', { bytes: randomBytes(300) }, 415, 'MEDIA_TYPE_REFUSED'],
    ['nothing', { bytes: Buffer.alloc(0), type: 'image/png' }, 400, 'MEDIA_EMPTY'],
    [
      'too much',
      { bytes: Buffer.alloc(20 * 1024 * 1024 + 1, 'a'), type: 'text/plain' },
      413,
      'MEDIA_TOO_LARGE',
    ],
    ['a cid that is none', { bytes: samplePng(), cid: 'x'.repeat(65) }, 400, 'PAYLOAD_MALFORMED'],
    ['a stranger', { bytes: samplePng(), token: 'x.y' }, 401, 'VISITOR_TOKEN_INVALID'],
  ];

  test.each(refused)('%s', async (_what, file, status, code) => {
    const { visitor, send } = await visitorOf();
    expect(await refusalOf(await send(file))).toEqual([status, code]);
    // Nothing of it is in the mailbox, and the visitor goes on.
    expect((await visitor.say('and now?')).seq).toBe(1);
    expect(filesFrom(visitor)).toEqual([]);
    await visitor.close();
  });

  test('a cid that is none is told by the name of its header', async () => {
    const { visitor, send } = await visitorOf();
    const answer = await send({ bytes: samplePng(), cid: 'x'.repeat(65) });
    expect(await answer.json()).toMatchObject({ error: { fields: [{ field: 'idempotency-key' }] } });
    await visitor.close();
  });

  test('a cid that was another message’s is not taken for a file, and the message stays', async () => {
    const { visitor, send } = await visitorOf();
    const { seq, cid } = await visitor.say('text');
    const answer = await send({ bytes: samplePng(), type: 'image/png', cid });
    expect(await refusalOf(answer)).toEqual([400, 'REQUEST_ID_REUSED']);
    expect(seq).toBe(1);
    await visitor.close();
  });

  test('too much without a length is refused on its way, and the connection serves the next request', async () => {
    const { channel, visitor } = await visitorOf();
    const answer = await new Promise<{ status: number | undefined; code: string }>((resolve, reject) => {
      const outgoing = request(`${bed.baseUrl}/chat/${channel.id}/files`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${visitor.token}`,
          'idempotency-key': randomUUID(),
          'content-type': 'text/plain',
        },
      });
      outgoing.on('error', reject).on('response', (response) => {
        const code = json(response).then((body) => (body as { error: { code: string } }).error.code);
        code.then((found) => resolve({ status: response.statusCode, code: found }), reject);
      });
      const piece = Buffer.alloc(1 << 20, 'a');
      let left = 30;
      const write = () => {
        while (left > 0) {
          left -= 1;
          if (!outgoing.write(piece)) return void outgoing.once('drain', write);
        }
        outgoing.end();
      };
      write();
    });
    expect(answer).toEqual({ status: 413, code: 'MEDIA_TOO_LARGE' });
    expect((await visitor.say('still here')).seq).toBe(1);
    await visitor.close();
  });

  test('a connection that breaks off leaves nothing behind, and the same cid works afterwards', async () => {
    const { channel, visitor, send } = await visitorOf();
    const cid = randomUUID();
    await new Promise<void>((resolve) => {
      const outgoing = request(`${bed.baseUrl}/chat/${channel.id}/files`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${visitor.token}`,
          'idempotency-key': cid,
          'content-length': '5000',
        },
      });
      outgoing.on('error', () => resolve());
      outgoing.write(samplePng(), () => outgoing.destroy());
    });
    const answer = await send({ bytes: samplePng(), type: 'image/png', cid });
    expect(answer.status).toBe(200);
    await visitor.close();
  });

  test('a flood of files is answered 429', async () => {
    const { visitor, send } = await visitorOf();
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => send({ bytes: samplePng(), type: 'image/png' })),
    );
    const flood = answers.filter(({ status }) => status === 429);
    expect(flood.length).toBeGreaterThan(0);
    expect(Number(flood[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    await visitor.close();
  });
});

test('pages of other origins may not send files; those of allowed ones are told that they may', async () => {
  const { channel } = await visitorOf(bed.addChannel({ allowed_origins: ['https://shop.example'] }));
  const url = `${bed.baseUrl}/chat/${channel.id}/files`;
  const headers = { 'access-control-request-method': 'POST' };
  const allowed = await fetch(url, {
    method: 'OPTIONS',
    headers: { ...headers, origin: 'https://shop.example' },
  });
  expect(allowed.headers.get('access-control-allow-headers')).toContain('x-file-name');
  expect((await fetch(url, { method: 'POST', headers: { origin: 'https://evil.example' } })).status).toBe(
    403,
  );
});
