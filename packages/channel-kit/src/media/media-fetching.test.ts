import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { busSchema, createPostgresBus } from '@omnigate/bus';
import { Media, MediaFetch, MediaStored, ResolvedChannel, topics } from '@omnigate/contracts';
import { createDatabase } from '@omnigate/database';
import { createLogger, createMetrics, newId } from '@omnigate/runtime';
import { freshDatabase, openTestMedia, samplePng } from '@omnigate/testkit';
import type { ChannelAdapter } from '../adapter';
import { createMediaFetching } from './media-fetching';
import { mediaFetchMigrations, mediaFetchUnscopedTables } from './schema';

const kitSchema = {
  schema: 'kit',
  role: 'omnigate_kit',
  migrations: mediaFetchMigrations,
  unscopedTables: mediaFetchUnscopedTables,
};
const logger = createLogger({ service: 'media-fetching-test', level: 'silent' });
const adapterService = 'channel-webhooks';
const adapter = { manifest: { type: 'plain' } } as ChannelAdapter;
const newTenant = () => ResolvedChannel.fromPartial({ id: newId(), tenantId: newId(), type: 'plain' });
const tenants = [newTenant(), newTenant()] as const;

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** A provider of files, and what was asked of it. */
async function startProvider() {
  const asked: string[] = [];
  const held: ServerResponse[] = [];
  const files = new Map<string, (response: ServerResponse) => void>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    (files.get(path) ?? ((it) => it.writeHead(404).end()))(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    asked,
    held,
    files,
    host,
    png: (path: string, grey = 1) =>
      files.set(path, (it) => it.writeHead(200, { 'content-type': 'image/png' }).end(samplePng({ grey }))),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function openScene() {
  const fresh = await freshDatabase([busSchema, kitSchema]);
  const { drop, ...files } = openTestMedia();
  const provider = await startProvider();
  const told: MediaStored[] = [];
  const opened: (() => Promise<void>)[] = [];
  const openProcess = async (o: { exclusive?: boolean; retryDelaysMs?: number[] } = {}) => {
    const { schema, role } = kitSchema;
    const database = createDatabase({ url: fresh.url, schema, role, applicationName: 'test', logger });
    const bus = createPostgresBus({ url: fresh.url, logger, metrics: createMetrics() });
    await bus.start();
    const fetching = createMediaFetching({
      ...files,
      adapterService,
      database,
      bus,
      directory: { channel: async (id) => tenants.find((channel) => channel.id === id) },
      adapters: new Map([['plain', adapter]]),
      logger,
      metrics: createMetrics(),
      exclusive: o.exclusive ?? false,
      fetchAllow: [provider.host],
      retryDelaysMs: o.retryDelaysMs ?? [5, 5, 5],
    });
    opened.push(async () => {
      await fetching.stop();
      await bus.stop();
      await database.end();
    });
    return { fetching, bus, database };
  };
  const first = await openProcess();
  const follower = first.bus.follow({
    topics: [topics.mediaStored],
    handle: (records) => void told.push(...records.map(({ value }) => MediaStored.decode(value))),
  });
  await follower.ready;
  return {
    ...{ ...first, provider, told, openProcess, store: files.media },
    /** Asks for files as routing does, all of one message. */
    async ask(paths: string[], { channel = tenants[0] as ResolvedChannel, messageId = newId() } = {}) {
      const items = paths.map((path, index) => ({
        index,
        media: Media.fromPartial({ providerUrl: `http://${provider.host}${path}`, caption: path }),
      }));
      const { tenantId } = channel;
      await first.bus.append({
        topic: topics.mediaFetch(adapterService),
        key: `${channel.id}|customer|`,
        value: MediaFetch.encode(
          MediaFetch.fromPartial({ tenantId, channel, conversationId: newId(), messageId, items }),
        ).finish(),
        eventId: newId(),
        type: 'omnigate.media.v1.MediaFetch',
        tenantId,
      });
      return messageId;
    },
    endOf: (path: string) =>
      told.flatMap(({ items }) => items).find(({ media }) => media?.caption === path)?.media,
    async close() {
      await provider.stop();
      await follower.stop();
      for (const each of opened) await each();
      drop();
      await fresh.drop();
    },
  };
}

let scene: Awaited<ReturnType<typeof openScene>>;
beforeEach(async () => {
  scene = await openScene();
});
afterEach(() => scene.close());

test('files of a message are fetched, kept and told, each by itself', async () => {
  scene.provider.png('/a', 10);
  scene.provider.png('/b', 20);
  await scene.fetching.start();
  const messageId = await scene.ask(['/a', '/b']);
  await until(() => scene.told.length === 2);
  for (const [index, path] of ['/a', '/b'].entries()) {
    const stored = scene.told.find(({ items }) => items[0]?.index === index);
    expect(stored).toMatchObject({ messageId, tenantId: tenants[0].tenantId, channel: { type: 'plain' } });
    const media = stored?.items[0]?.media;
    expect(media).toMatchObject({ caption: path, contentType: 'image/png', errorCode: '' });
    const file = await scene.store.get(tenants[0].tenantId, media?.mediaId ?? '');
    expect(BigInt(file?.sizeBytes ?? 0)).toBe(media?.sizeBytes);
    const bytes = file && (await buffer(file.open()));
    expect(bytes?.equals(samplePng({ grey: (index + 1) * 10 }))).toBe(true);
  }
});

test('what is asked twice is fetched once', async () => {
  scene.provider.png('/a');
  scene.provider.png('/later');
  await scene.fetching.start();
  const messageId = await scene.ask(['/a']);
  await until(() => scene.told.length === 1);
  await scene.ask(['/a'], { messageId });
  await scene.ask(['/later']);
  await until(() => scene.endOf('/later') !== undefined);
  expect(scene.provider.asked).toEqual(['/a', '/later']);
  expect(scene.told).toHaveLength(2);
});

test('one that can not be had ends with its reason, and the others go on', async () => {
  scene.provider.files.set('/page', (it) => it.writeHead(200, { 'content-type': 'image/png' }).end('<html>'));
  scene.provider.files.set('/away', (it) => it.writeHead(503).end());
  scene.provider.files.set('/inside', (it) => it.writeHead(302, { location: 'http://10.0.0.1/' }).end());
  scene.provider.png('/a');
  await scene.fetching.start();
  await scene.ask(['/gone', '/page', '/away', '/inside', '/a']);
  await until(() => scene.told.length === 5);
  const codes = ['/gone', '/page', '/away', '/inside', '/a'].map((path) => scene.endOf(path)?.errorCode);
  expect(codes).toEqual(['MEDIA_UNAVAILABLE', 'MEDIA_TYPE_REFUSED', 'FETCH_FAILED', 'FETCH_REFUSED', '']);
  // The first time, and once after each wait.
  expect(scene.provider.asked.filter((path) => path === '/away')).toHaveLength(4);
});

test('a provider that comes back is asked again', async () => {
  let down = 2;
  scene.provider.files.set('/a', (it) => {
    if (down-- > 0) it.destroy();
    else it.end(samplePng());
  });
  await scene.fetching.start();
  await scene.ask(['/a']);
  await until(() => scene.endOf('/a') !== undefined);
  expect(scene.endOf('/a')).toMatchObject({ errorCode: '', contentType: 'image/png' });
});

test('a tenant whose provider hangs holds up no other', async () => {
  const paths = Array.from({ length: 20 }, (_, n) => `/hangs-${n}`);
  for (const path of paths) scene.provider.files.set(path, (it) => void scene.provider.held.push(it));
  scene.provider.png('/a');
  await scene.fetching.start();
  await scene.ask(paths);
  await until(() => scene.provider.held.length >= 6);
  await scene.ask(['/a'], { channel: tenants[1] });
  await until(() => scene.endOf('/a') !== undefined);
  expect(scene.provider.held.length).toBeLessThan(paths.length);
});

test('what was under way at a stop is fetched after the next start', async () => {
  scene.provider.files.set('/a', (it) => void scene.provider.held.push(it));
  await scene.fetching.start();
  await scene.ask(['/a']);
  await until(() => scene.provider.held.length === 1);
  await scene.fetching.stop();
  expect(scene.told).toEqual([]);
  scene.provider.png('/a');
  const next = await scene.openProcess();
  await next.fetching.start();
  await until(() => scene.endOf('/a') !== undefined);
  expect(scene.endOf('/a')?.errorCode).toBe('');
});

test('what a process that died was fetching is taken over at once where no other is there', async () => {
  scene.provider.png('/a');
  await scene.fetching.start();
  await scene.ask(['/first']);
  await until(() => scene.told.length === 1);
  await scene.fetching.stop();
  // As a claim of a process that died looks.
  const [tenantId, messageId] = [tenants[0].tenantId, newId()];
  const media = Media.fromPartial({ providerUrl: `http://${scene.provider.host}/a`, caption: '/a' });
  await scene.database.transaction({ tenants: [tenantId] }, async (tx) => {
    await tx.query({
      text: `insert into media_fetch (tenant_id, message_id, item_index, channel_id, channel_type, conversation_id, key, media)
        values ($1, $2, 0, $3, 'plain', '', 'k', $4)`,
      values: [tenantId, messageId, tenants[0].id, Buffer.from(Media.encode(media).finish())],
    });
    await tx.query({
      text: `insert into media_fetch_due values ($1, $2, 0, now() + interval '2 minutes', 1)`,
      values: [tenantId, messageId],
    });
  });
  const next = await scene.openProcess({ exclusive: true });
  await next.fetching.start();
  await until(() => scene.endOf('/a') !== undefined);
});

test('two processes fetch each file once', async () => {
  const paths = Array.from({ length: 40 }, (_, n) => `/${n}`);
  for (const path of paths) scene.provider.png(path);
  const other = await scene.openProcess();
  await Promise.all([scene.fetching.start(), other.fetching.start()]);
  await Promise.all(paths.map((path) => scene.ask([path])));
  await until(() => scene.told.length === paths.length);
  expect(scene.provider.asked.toSorted()).toEqual(paths.toSorted());
});

test('of what is done nothing stays but that it was asked for, and that not for ever', async () => {
  scene.provider.png('/a');
  await scene.fetching.start();
  await scene.ask(['/a']);
  await until(() => scene.told.length === 1);
  const rows = () =>
    scene.database.transaction({ tenants: [tenants[0].tenantId] }, (tx) =>
      tx.query<{ media: Buffer | null }>({ text: 'select media from media_fetch' }),
    );
  expect(await rows()).toEqual([{ media: null }]);
  await scene.database.transaction({ tenants: [tenants[0].tenantId] }, (tx) =>
    tx.query({ text: `update media_fetch set created_at = now() - interval '9 days'` }),
  );
  await scene.ask(['/a']);
  await until(() => scene.told.length === 2);
  expect(await rows()).toEqual([{ media: null }]);
});

test('a record that is none goes to the dead letters', async () => {
  await scene.fetching.start();
  await scene.bus.append({
    topic: topics.mediaFetch(adapterService),
    key: 'k',
    value: MediaFetch.encode(MediaFetch.fromPartial({ tenantId: newId(), messageId: 'x' })).finish(),
    eventId: newId(),
    type: 'omnigate.media.v1.MediaFetch',
    tenantId: tenants[0].tenantId,
  });
  await until(async () => (await scene.bus.deadLetters.list({ limit: 10 })).length === 1);
  const [letter] = await scene.bus.deadLetters.list({ limit: 10 });
  expect(letter).toMatchObject({ group: adapterService, errorCode: 'INVALID_ARGUMENT' });
});
