import { createDirectoryCache, type DirectoryCache } from '@omnigate/directory-cache';
import { createLogger } from '@omnigate/runtime';
import { eventually } from '../testing/eventually';
import { type OpenDirectory, openDirectory } from '../testing/open-directory';

let open: OpenDirectory;
let cache: DirectoryCache;
beforeAll(async () => {
  open = await openDirectory();
  const logger = createLogger({ service: 'test', level: 'silent' });
  cache = createDirectoryCache({ registry: open.registry, bus: open.bus, logger });
  await cache.start();
});
afterAll(async () => {
  await cache.stop();
  await open.close();
});

const web = (title: string) => ({
  kind: 'Channel',
  name: 'site',
  spec: { type: 'web', config: { allowed_origins: [], title } },
});
const titleOf = async (id: string) => (await cache.channel(id))?.config?.title;

test('a channel works when its apply returns, changes with it, and goes with its deletion', async () => {
  expect(await cache.channelByName(open.tenantId, 'unheard-of')).toBeUndefined();
  const { apply, directory } = open.as(['owner']);
  const id = (await apply(web('first'))).resources[0]?.resource?.metadata?.id ?? '';
  expect(cache.peekChannel(id)).toBeUndefined();
  expect(await titleOf(id)).toBe('first');
  const kept = await eventually(
    () => titleOf(id).then(() => cache.peekChannel(id)), // the change may come while it is read, and is read again
    (channel) => channel !== undefined,
  );
  expect(kept?.name).toBe('site');
  expect((await cache.channelByName(open.tenantId, 'site'))?.id).toBe(id);
  await apply(web('second'));
  expect(
    await eventually(
      () => titleOf(id),
      (title) => title !== 'first',
    ),
  ).toBe('second');
  await directory.deleteResource({ kind: 'Channel', name: 'site' });
  await eventually(
    () => cache.channel(id),
    (channel) => channel === undefined,
  );
  await eventually(
    () => cache.channelByName(open.tenantId, 'site'),
    (channel) => channel === undefined,
  );
  expect(await cache.channel('no-uuid')).toBeUndefined();
});

test('a tenant changes with its teams', async () => {
  expect((await cache.tenant(open.tenantId))?.teams).toHaveLength(1);
  expect(cache.peekTenant(open.tenantId)?.name).toBe('default');
  await open.as(['owner']).apply({ kind: 'Team', name: 'shop' });
  await eventually(
    () => cache.tenant(open.tenantId),
    (tenant) => tenant?.teams.length === 2,
  );
});

test('finds tenants by name and by id', async () => {
  expect(await cache.resolveTenant('default')).toBe(open.tenantId);
  expect(await cache.resolveTenant(open.tenantId.toUpperCase())).toBe(open.tenantId);
  await expect(cache.resolveTenant('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(cache.resolveTenant('0190aaaa-0000-4000-8000-00000000ffff')).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
});

test('a key opens until it is deleted', async () => {
  const { apply, directory } = open.as(['owner']);
  const key = 'a-key-made-by-hand-1';
  const unauthenticated = expect.objectContaining({ code: 'UNAUTHENTICATED' });
  await expect(cache.authenticate(key)).rejects.toEqual(unauthenticated);
  await apply(
    { kind: 'ApiKey', name: 'k', spec: { role: 'agent', agent: 'desk', key } },
    { kind: 'Agent', name: 'desk' },
  );
  const identity = await eventually(
    () => cache.authenticate(key).catch(() => undefined),
    (found) => found !== undefined,
  );
  expect(identity).toMatchObject({ tenantId: open.tenantId, roles: ['agent'], keyName: 'k', agent: 'desk' });
  expect(identity).toHaveProperty('agentId');
  await directory.deleteResource({ kind: 'ApiKey', name: 'k' });
  await eventually(
    () =>
      cache.authenticate(key).then(
        () => 'open',
        () => 'shut',
      ),
    (state) => state === 'shut',
  );
});

test('tells of changes, whatever a listener does', async () => {
  const seen: string[] = [];
  const stopBad = cache.onChanged(() => {
    throw new Error('broken');
  });
  const stop = cache.onChanged(({ kind, name, deleted }) =>
    seen.push(`${kind}/${name}${deleted ? ' deleted' : ''}`),
  );
  const { apply, directory } = open.as(['owner']);
  await apply({ kind: 'KnowledgeArticle', name: 'faq', spec: { question: 'q', answer: 'a' } });
  await directory.deleteResource({ kind: 'KnowledgeArticle', name: 'faq' });
  await eventually(
    () => seen,
    () => seen.includes('KnowledgeArticle/faq deleted'),
  );
  expect(seen).toEqual(expect.arrayContaining(['KnowledgeArticle/faq']));
  stop();
  stopBad();
});
