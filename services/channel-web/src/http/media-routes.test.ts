import { randomUUID } from 'node:crypto';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { AppError } from '@omnigate/errors';
import { createMediaLinks, type MediaStore, mediaLinkKey } from '@omnigate/media';
import type { Identity, Role } from '@omnigate/rpc';
import { createHealth, createLogger, createMetrics } from '@omnigate/runtime';
import { createHttpServer } from '@omnigate/service-process';
import { openTestMedia, samplePng } from '@omnigate/testkit';
import type { FastifyInstance } from 'fastify';
import { registerMediaRoutes } from './media-routes';

const logger = createLogger({ service: 'media-routes-test', level: 'silent' });
const [tenantId, otherTenant]: [string, string] = [randomUUID(), randomUUID()];
const keys = new Map<string, Identity>();
const keyOf = (role: Role, tenant = tenantId) => {
  const key = `key-of-${role}-${tenant}`;
  keys.set(key, { tenantId: tenant, roles: [role], keyName: role });
  return { authorization: `Bearer ${key}` };
};
const directory = {
  authenticate: async (key: string) => {
    const identity = keys.get(key);
    if (!identity) throw new AppError('UNAUTHENTICATED');
    return identity;
  },
  resolveTenant: async (name: string) => {
    if (name !== 'other') throw new AppError('NOT_FOUND', { resource: 'tenant' });
    return otherTenant;
  },
};

let server: FastifyInstance;
let baseUrl: string;
let media: MediaStore;
let files: ReturnType<typeof openTestMedia>;

beforeAll(async () => {
  files = openTestMedia();
  media = files.media;
  server = createHttpServer({ health: createHealth(), metrics: createMetrics() });
  const mediaLinks = { link: links.link, verify: links.verify };
  registerMediaRoutes(server, { media, mediaLinks, directory, logger });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const address = server.server.address();
  baseUrl = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});
afterAll(async () => {
  await server.close();
  files.drop();
});

const links = createMediaLinks({ key: mediaLinkKey('test'), publicUrl: 'http://gateway.test' });
const open = (url: string, init?: RequestInit) =>
  fetch(url.replace('http://gateway.test', baseUrl), { redirect: 'manual', ...init });
const put = (body: BodyInit, headers: Record<string, string> = {}, query = '') =>
  open(`/media${query}`.replace(/^/, baseUrl), {
    method: 'POST',
    body,
    headers: { ...keyOf('agent'), ...headers },
  });
const form = (bytes: Buffer, type: string, name: string): FormData => {
  const fields = new FormData();
  fields.append('note', 'not a file');
  fields.append('file', new Blob([new Uint8Array(bytes)], { type }), name);
  return fields;
};
const raw = (bytes: Buffer | string, type?: string) =>
  new Blob([new Uint8Array(Buffer.from(bytes))], type ? { type } : {});
const codeOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: { code: string } };
  return [answer.status, error.code];
};
interface Shown {
  media_id: string;
  content_type: string;
  size_bytes: number;
  file_name: string;
  thumbnail_id: string;
  url: string;
  thumbnail_url: string;
}
const shownBy = async (answer: Response) => (await answer.json()) as Shown;

describe('putting a file in', () => {
  test('as a form: its name, its type by content, links to it and to its thumbnail', async () => {
    const answer = await put(form(samplePng(), 'image/png', '../水管.png'));
    expect(answer.status).toBe(201);
    const stored = await shownBy(answer);
    expect(stored).toMatchObject({
      content_type: 'image/png',
      file_name: '水管.png',
      size_bytes: samplePng().length,
    });
    const opened = await open(stored.url);
    expect(Buffer.from(await opened.arrayBuffer()).equals(samplePng())).toBe(true);
    expect((await open(stored.thumbnail_url)).headers.get('content-type')).toBe('image/jpeg');
  });

  test('as a body', async () => {
    const answer = await put(raw('%PDF-1.7 and so on', 'application/pdf'), {}, '?name=plan.pdf');
    expect(answer.status).toBe(201);
    expect(await shownBy(answer)).toMatchObject({
      ...{ content_type: 'application/pdf', file_name: 'plan.pdf', thumbnail_id: '', thumbnail_url: '' },
    });
  });

  test.each<[string, () => Promise<Response>, number, string]>([
    ['without a key', () => put('x', { authorization: '' }), 401, 'UNAUTHENTICATED'],
    ['with an unknown key', () => put('x', { authorization: 'Bearer no' }), 401, 'UNAUTHENTICATED'],
    ['with an auditor’s key', () => put('x', keyOf('auditor')), 403, 'PERMISSION_DENIED'],
    ['nothing', () => put(raw('')), 400, 'MEDIA_EMPTY'],
    ['a form without a file', () => put(new FormData()), 400, 'MEDIA_EMPTY'],
    ['a form that is none', () => put(raw('x', 'multipart/form-data')), 400, 'PAYLOAD_MALFORMED'],
    ['a program', () => put(raw(`MZ${'\0'.repeat(99)}`)), 415, 'MEDIA_TYPE_REFUSED'],
    [
      'a page as a picture',
      () => put(form(Buffer.from('<html>'), 'image/png', 'a.png')),
      415,
      'MEDIA_TYPE_REFUSED',
    ],
    [
      'an SVG as a picture',
      () => put(form(Buffer.from('<svg onload="x()"/>'), 'image/jpeg', 'a.jpg')),
      415,
      'MEDIA_TYPE_REFUSED',
    ],
    ['21 MB as a body', () => put(raw(Buffer.alloc(21 << 20, 'a'))), 413, 'MEDIA_TOO_LARGE'],
    [
      '21 MB as a form',
      () => put(form(Buffer.alloc(21 << 20, 'a'), 'text/plain', 'a.txt')),
      413,
      'MEDIA_TOO_LARGE',
    ],
  ])('%s is refused', async (_name, request, status, code) => {
    expect(await codeOf(await request())).toEqual([status, code]);
  });

  test('what breaks off is not kept, and hurts nobody', async () => {
    const head = (type: string, length: number) =>
      `POST /media HTTP/1.1\r\nhost: x\r\nauthorization: ${keyOf('agent').authorization}\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n`;
    const part = '--b\r\ncontent-disposition: form-data; name="f"; filename="a.txt"\r\n\r\nhalf of it';
    const { port } = new URL(baseUrl);
    const say = (text: string, end: boolean) =>
      new Promise<string>((resolve) => {
        let said = '';
        const socket = connect(Number(port), '127.0.0.1', () => {
          socket.write(text);
          if (!end) setTimeout(() => socket.destroy(), 100);
        });
        socket.on('data', (chunk) => {
          said += String(chunk);
          socket.end();
        });
        socket.on('close', () => resolve(said));
      });
    expect(await say(head('multipart/form-data; boundary=b', part.length) + part, true)).toMatch(
      /^HTTP\/1.1 400 /,
    );
    await say(head('multipart/form-data; boundary=b', 10_000) + part, false);
    await say(head('text/plain', 10_000) + part, false);
    expect((await put(form(samplePng(), 'image/png', 'a.png'))).status).toBe(201);
  });

  test('an operator may name the tenant, others may not', async () => {
    const named = { 'omnigate-tenant': 'other' };
    const answer = await put(raw('for the other'), { ...keyOf('operator', ''), ...named });
    expect(answer.status).toBe(201);
    const { media_id } = await shownBy(answer);
    expect(await media.get(otherTenant, media_id)).toBeDefined();
    expect(await codeOf(await put(raw('x'), named))).toEqual([403, 'PERMISSION_DENIED']);
  });
});

describe('getting a file', () => {
  test('by its id with a key of its tenant, and of no other', async () => {
    const { media_id, ...stored } = await shownBy(await put(raw('mine')));
    const get = (headers: Record<string, string>, id = media_id) =>
      open(`${baseUrl}/media/${id}`, { headers });
    const answer = await get(keyOf('supervisor'));
    expect(await answer.json()).toMatchObject({ media_id, content_type: stored.content_type });
    expect((await get(keyOf('owner', otherTenant))).status).toBe(404);
    expect((await get({})).status).toBe(401);
    expect((await get(keyOf('owner'), '..%2f..%2fetc')).status).toBe(404);
  });

  test.each([
    [
      'an SVG with a script',
      '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
      'image/svg+xml',
      'a.svg',
    ],
    ['a page', '<!doctype html><script>alert(1)</script>', 'text/html', 'a.html'],
    ['a page that says it is a text', '<html><script>alert(1)</script>', 'text/plain', 'a.txt'],
  ])('%s is saved and never shown', async (_name, text, type, name) => {
    const { url } = await shownBy(await put(form(Buffer.from(text), type, name)));
    const { headers } = await open(url);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toMatch(/^attachment;/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain('sandbox');
  });

  test('a link that is forged, changed or expired opens nothing', async () => {
    const { url, media_id } = await shownBy(await put(raw('mine')));
    const expired = links.link(tenantId, media_id, new Date(Date.now() - 1_000));
    const gone = links.link(tenantId, randomUUID(), new Date(Date.now() + 60_000));
    for (const bad of [
      expired,
      // The last character's last two bits are no part of the signature.
      url.replace(/(?<=signature=)./, (first) => (first === 'A' ? 'B' : 'A')),
      url.replace(tenantId, otherTenant),
    ])
      expect(await codeOf(await open(bad))).toEqual([403, 'SIGNATURE_INVALID']);
    expect(await codeOf(await open(gone))).toEqual([404, 'NOT_FOUND']);
    expect((await open(url, { method: 'HEAD' })).headers.get('content-length')).toBe('4');
  });

  test('a client that goes away in the middle leaves no file open', async () => {
    const { url } = await shownBy(await put(raw(Buffer.alloc(19 << 20, 'a'))));
    const before = openFiles();
    for (let n = 0; n < 5; n += 1) {
      const gone = new AbortController();
      const answer = await open(url, { signal: gone.signal });
      await answer.body?.getReader().read();
      gone.abort();
    }
    await eventually(() => openFiles() <= before);
  });
});

/** Files of the store that this process has open. */
function openFiles(): number {
  const target = (name: string): string => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return '';
    }
  };
  return process.platform === 'linux'
    ? readdirSync('/proc/self/fd').filter((name) => target(name).includes('omnigate-media-')).length
    : 0;
}

async function eventually(holds: () => boolean): Promise<void> {
  for (let left = 200; left > 0 && !holds(); left -= 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(holds()).toBe(true);
}
