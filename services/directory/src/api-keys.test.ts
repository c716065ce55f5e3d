import { type OpenDirectory, openDirectory } from '../testing/open-directory';

let open: OpenDirectory;
beforeAll(async () => {
  open = await openDirectory();
});
afterAll(() => open.close());

const keyOf = async (name: string, spec: Record<string, unknown>) => {
  const { resources } = await open.as(['operator', 'owner']).apply({ kind: 'ApiKey', name, spec });
  return resources[0]?.resource;
};
const unauthenticated = expect.objectContaining({ code: 'UNAUTHENTICATED' });
const denied = expect.objectContaining({ code: 'PERMISSION_DENIED' });

test('shows a made key once, and it opens the tenant', async () => {
  const made = await keyOf('made', { role: 'supervisor' });
  const key = String(made?.status?.key);
  expect(key).toMatch(/^ogk_[\w-]{43}$/);
  expect(made?.spec).toEqual({ role: 'supervisor', key: '***' });
  expect(await open.registry.authenticateApiKey({ key })).toMatchObject({
    tenantId: open.tenantId,
    roles: ['supervisor'],
    keyName: 'made',
  });
  expect((await keyOf('made', { role: 'supervisor' }))?.status).not.toHaveProperty('key');
  const listed = await open.as(['owner']).directory.listResources({ kind: 'ApiKey' });
  expect(JSON.stringify(listed)).not.toContain(key);
  expect(open.logged.join()).not.toContain('ogk_');
  await expect(open.registry.authenticateApiKey({ key: `${key}x` })).rejects.toEqual(unauthenticated);
  await expect(open.registry.authenticateApiKey({ key: '' })).rejects.toEqual(unauthenticated);
});

test('takes a given key, changes it, and gives it to one ApiKey only', async () => {
  const [first, second] = ['first-given-key-0123', 'second-given-key-012'];
  expect((await keyOf('given', { role: 'admin', key: first }))?.status).not.toHaveProperty('key');
  await open.registry.authenticateApiKey({ key: first });
  await keyOf('given', { role: 'admin', key: '***' });
  await open.registry.authenticateApiKey({ key: first });
  await keyOf('given', { role: 'admin', key: second });
  await open.registry.authenticateApiKey({ key: second });
  await expect(open.registry.authenticateApiKey({ key: first })).rejects.toEqual(unauthenticated);
  await expect(keyOf('copied', { role: 'admin', key: second })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    fields: [{ field: 'resources[0].spec.key' }],
  });
  await expect(keyOf('weak', { role: 'admin', key: 'too-short' })).rejects.toMatchObject({
    fields: [{ field: 'resources[0].spec.key' }],
  });
  await expect(keyOf('weak', { role: 'admin', key: 'too-short' })).rejects.not.toThrow('too-short');
});

test('a deleted key opens nothing', async () => {
  const key = String((await keyOf('short-lived', { role: 'auditor' }))?.status?.key);
  await open.as(['owner']).directory.deleteResource({ kind: 'ApiKey', name: 'short-lived' });
  await expect(open.registry.authenticateApiKey({ key })).rejects.toEqual(unauthenticated);
});

test("an agent's key names its agent, who stays as long as the key", async () => {
  const { apply, directory } = open.as(['owner']);
  const applied = await apply(
    { kind: 'ApiKey', name: 'desk-key', spec: { role: 'agent', agent: 'desk' } },
    { kind: 'Agent', name: 'desk' },
  );
  const key = String(applied.resources[0]?.resource?.status?.key);
  const agentId = applied.resources[1]?.resource?.metadata?.id;
  expect(await open.registry.authenticateApiKey({ key })).toMatchObject({
    roles: ['agent'],
    agentId,
    agent: 'desk',
  });
  await expect(directory.deleteResource({ kind: 'Agent', name: 'desk' })).rejects.toThrow('ApiKey/desk-key');
});

test('nobody hands out more than they hold', async () => {
  const tries: [callers: string, role: string, allowed: boolean][] = [
    ['admin', 'admin', true],
    ['admin', 'owner', false],
    ['admin', 'operator', false],
    ['admin', 'service', false],
    ['owner', 'owner', true],
    ['owner', 'operator', false],
    ['owner', 'service', false],
    ['operator', 'service', true],
    ['operator', 'operator', true],
  ];
  for (const [caller, role, allowed] of tries) {
    const apply = open
      .as([caller as 'admin'])
      .apply({ kind: 'ApiKey', name: `${caller}-${role}`, spec: { role } });
    if (allowed) await apply;
    else await expect(apply).rejects.toEqual(denied);
  }
  await expect(
    open.as(['admin']).apply({ kind: 'ApiKey', name: 'owner-owner', spec: { role: 'auditor' } }),
  ).rejects.toEqual(denied);
  await expect(
    open.as(['admin']).directory.deleteResource({ kind: 'ApiKey', name: 'owner-owner' }),
  ).rejects.toEqual(denied);
  await expect(
    open.as(['owner']).directory.deleteResource({ kind: 'ApiKey', name: 'admin' }),
  ).rejects.toEqual(denied);
});

test('an installation keeps an operator', async () => {
  const lonely = await openDirectory();
  const { apply, directory } = lonely.as(['operator', 'owner']);
  const refused = expect.objectContaining({ code: 'FAILED_PRECONDITION' });
  await expect(directory.deleteResource({ kind: 'ApiKey', name: 'admin' })).rejects.toEqual(refused);
  await expect(apply({ kind: 'ApiKey', name: 'admin', spec: { role: 'owner' } })).rejects.toEqual(refused);
  await apply({ kind: 'ApiKey', name: 'second', spec: { role: 'operator' } });
  await directory.deleteResource({ kind: 'ApiKey', name: 'admin' });
  await lonely.close();
});
