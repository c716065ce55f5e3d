import { randomBytes } from 'node:crypto';
import { openDirectory } from '../testing/open-directory';

test('makes the first tenant, team and key once', async () => {
  const open = await openDirectory();
  expect(open.adminKey).toMatch(/^ogk_/);
  const identity = await open.registry.authenticateApiKey({ key: open.adminKey ?? '' });
  expect(identity).toMatchObject({ tenantId: open.tenantId, roles: ['operator', 'owner'], keyName: 'admin' });
  expect(await open.registry.resolveTenant({ name: 'default' })).toMatchObject({
    timeZone: 'Asia/Shanghai',
    locale: 'zh-CN',
    teams: [{ name: 'default', hours: [], offerSeconds: 30 }],
    agents: [],
  });
  expect(await open.directory.bootstrap()).toEqual({ created: false });
  await open.close();
});

test('takes the admin key that is given before the first start, and ignores a later one', async () => {
  const open = await openDirectory({ adminKey: 'a-given-admin-key-01' });
  await open.registry.authenticateApiKey({ key: 'a-given-admin-key-01' });
  expect(await open.restart({ adminKey: 'another-admin-key-02' }).bootstrap()).toEqual({ created: false });
  await expect(open.registry.authenticateApiKey({ key: 'another-admin-key-02' })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
  await open.close();
});

test.each(['short', 'has a space in the middle', 'ключ-не-для-заголовка', 'x'.repeat(129)])(
  'refuses the admin key %p without telling it',
  async (adminKey) => {
    const start = openDirectory({ adminKey });
    await expect(start).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(start).rejects.not.toThrow(adminKey);
  },
);

test('starts with another encryption key only as long as there is no secret', async () => {
  const open = await openDirectory();
  const restart = async (encryptionKey: Buffer) => {
    const directory = open.restart({ encryptionKey });
    await directory.start();
    await directory.stop();
  };
  await open.directory.stop();
  const second = randomBytes(32);
  await restart(second);
  const directory = open.restart({ encryptionKey: second });
  await directory.start();
  const { createInProcessClient } = await import('@omnigate/rpc');
  const identity = { tenantId: open.tenantId, roles: ['owner' as const], keyName: 'test' };
  const resource = {
    kind: 'Channel',
    metadata: { name: 'site' },
    spec: { type: 'web', config: { allowed_origins: [], identity_secret: 'x' } },
  };
  await createInProcessClient(directory.directoryService, { identity }).applyResources({
    resources: [resource],
  });
  await directory.stop();
  await expect(restart(randomBytes(32))).rejects.toMatchObject({ code: 'ENCRYPTION_KEY_MISMATCH' });
  await restart(second);
  await open.close();
});
