import type { Role } from '@omnigate/rpc';
import { invalid, type OpenDirectory, openDirectory } from '../testing/open-directory';

let open: OpenDirectory;
let other: string;
beforeAll(async () => {
  open = await openDirectory();
  await open.as(['operator']).apply({
    kind: 'Tenant',
    name: 'other',
    spec: { time_zone: 'Europe/Berlin', locale: 'de', title: 'Other' },
  });
  other = (await open.registry.resolveTenant({ name: 'other' })).id;
});
afterAll(() => open.close());

const names = async (kind: string, roles: Role[], tenantId: string) =>
  (await open.as(roles, tenantId).directory.listResources({ kind })).resources.map(
    ({ metadata }) => metadata?.name,
  );

test('a new tenant has its team, and shows to operators alone', async () => {
  expect(await open.registry.resolveTenant({ tenantId: other })).toMatchObject({
    name: 'other',
    timeZone: 'Europe/Berlin',
    idleHours: 24,
    teams: [{ name: 'default' }],
  });
  expect(await names('Tenant', ['operator'], open.tenantId)).toEqual(['other', 'default']);
  expect(await names('Tenant', ['owner'], open.tenantId)).toEqual(['default']);
  expect(await names('Tenant', ['owner'], other)).toEqual(['other']);
});

test('services know all tenants, and after how many hours each ends its conversations', async () => {
  await open.as(['operator']).apply({ kind: 'Tenant', name: 'quick', spec: { idle_hours: 0.5 } });
  const quick = await open.registry.resolveTenant({ name: 'quick' });
  expect(quick.idleHours).toBe(0.5);
  const { tenantIds } = await open.registry.listTenants({});
  expect(tenantIds.sort()).toEqual([open.tenantId, other, quick.id].sort());
  await open.as(['operator']).directory.deleteResource({ kind: 'Tenant', name: 'quick' });
});

test('only an operator makes, changes and deletes tenants', async () => {
  const denied = expect.objectContaining({ code: 'PERMISSION_DENIED' });
  await expect(open.as(['owner']).apply({ kind: 'Tenant', name: 'third' })).rejects.toEqual(denied);
  await expect(open.as(['owner'], other).apply({ kind: 'Tenant', name: 'other' })).rejects.toEqual(denied);
  await expect(
    open.as(['owner'], other).directory.deleteResource({ kind: 'Tenant', name: 'other' }),
  ).rejects.toEqual(denied);
});

test.each([
  [{ time_zone: 'Mars/Base' }, 'time_zone'],
  [{ time_zone: '+08:00' }, 'time_zone'],
  [{ locale: 'not a locale' }, 'locale'],
  [{ idle_hours: 0 }, 'idle_hours'],
  [{ idle_hours: 8761 }, 'idle_hours'],
])('refuses %p', async (spec, member) => {
  await expect(open.as(['operator']).apply({ kind: 'Tenant', name: 'odd', spec })).rejects.toEqual(
    invalid(`resources[0].spec.${member}`),
  );
});

test('what one tenant declares another neither sees, changes nor deletes', async () => {
  const web = { kind: 'Channel', name: 'site', spec: { type: 'web', config: { allowed_origins: [] } } };
  await open
    .as(['owner'])
    .apply(
      web,
      { kind: 'KnowledgeArticle', name: 'faq', spec: { question: 'q', answer: 'a' } },
      { kind: 'Agent', name: 'desk' },
    );
  for (const kind of ['Channel', 'KnowledgeArticle', 'Agent', 'ApiKey'])
    expect(await names(kind, ['owner'], other)).toEqual([]);
  await expect(
    open.as(['owner'], other).directory.deleteResource({ kind: 'Channel', name: 'site' }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(
    open.as(['owner'], other).operations.listChannelLog({ channel: 'site' }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(
    open.as(['owner'], other).apply({ kind: 'ApiKey', name: 'k', spec: { role: 'agent', agent: 'desk' } }),
  ).rejects.toEqual(invalid('resources[0].spec.agent'));
  expect((await open.as(['owner'], other).apply(web)).resources[0]?.resource?.metadata?.id).not.toBe(
    (await open.as(['owner']).directory.listResources({ kind: 'Channel', name: 'site' })).resources[0]
      ?.metadata?.id,
  );
  const entries = (await open.as(['owner'], other).directory.listAuditEntries({})).entries;
  expect(entries.some(({ object }) => object === 'Agent/desk')).toBe(false);
});

test('an operator names the tenant of a call, an owner may not', async () => {
  const operator = open.as(['operator']).directory;
  await operator.applyResources(
    { resources: [{ kind: 'Team', metadata: { name: 'named' }, spec: {} }] },
    { tenantId: other },
  );
  expect(await names('Team', ['owner'], other)).toContain('named');
  expect(await names('Team', ['owner'], open.tenantId)).not.toContain('named');
  const owner = open.as(['owner']).directory;
  await expect(owner.listResources({ kind: 'Team' }, { tenantId: other })).rejects.toMatchObject({
    code: 'PERMISSION_DENIED',
  });
});

test('a tenant goes when it is empty, and its name is free again', async () => {
  const operator = open.as(['operator']);
  await operator.apply({ kind: 'Tenant', name: 'brief' });
  const id = (await open.registry.resolveTenant({ name: 'brief' })).id;
  await open.as(['owner'], id).apply({ kind: 'Agent', name: 'last' });
  await expect(operator.directory.deleteResource({ kind: 'Tenant', name: 'brief' })).rejects.toThrow(
    '1 Agent',
  );
  await open.as(['owner'], id).directory.deleteResource({ kind: 'Agent', name: 'last' });
  await operator.directory.deleteResource({ kind: 'Tenant', name: 'brief' });
  await expect(open.registry.resolveTenant({ name: 'brief' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(open.as(['owner'], id).apply({ kind: 'Team', name: 'late' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await operator.apply({ kind: 'Tenant', name: 'brief' });
  expect((await open.registry.resolveTenant({ name: 'brief' })).id).not.toBe(id);
  await expect(operator.directory.deleteResource({ kind: 'Tenant', name: 'default' })).rejects.toMatchObject({
    code: 'FAILED_PRECONDITION',
  });
});

test('two at once make one tenant', async () => {
  const operator = open.as(['operator']);
  const results = await Promise.allSettled(
    [1, 2, 3, 4].map(() => operator.apply({ kind: 'Tenant', name: 'twin' })),
  );
  expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
  for (const result of results)
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'ABORTED' });
  expect((await names('Tenant', ['operator'], open.tenantId)).filter((name) => name === 'twin')).toEqual([
    'twin',
  ]);
});
