import { isAppError } from '@omnigate/errors';
import { createInProcessClient, type Role } from '@omnigate/rpc';
import { type Acting, type OpenDirectory, openDirectory } from '../testing/open-directory';

let open: OpenDirectory;
beforeAll(async () => {
  open = await openDirectory();
});
afterAll(() => open.close());

const everybody: Role[] = [
  'owner',
  'admin',
  'supervisor',
  'agent',
  'worker',
  'auditor',
  'service',
  'operator',
];
const writers = ['owner', 'admin', 'operator'];
const calls: [name: string, call: (acting: Acting) => Promise<unknown>, allowed: string[]][] = [
  ['apply', ({ apply }) => apply({ kind: 'Team', name: 'some' }), writers],
  ['delete', ({ directory }) => directory.deleteResource({ kind: 'Team', name: 'none' }), writers],
  [
    'list channels',
    ({ directory }) => directory.listResources({ kind: 'Channel' }),
    [...writers, 'supervisor', 'auditor', 'service'],
  ],
  [
    'list channel types',
    ({ directory }) => directory.listResources({ kind: 'channel-types' }),
    [...writers, 'supervisor', 'auditor', 'service'],
  ],
  [
    'list keys',
    ({ directory }) => directory.listResources({ kind: 'ApiKey' }),
    [...writers, 'auditor', 'service'],
  ],
  ['list the audit log', ({ directory }) => directory.listAuditEntries({}), [...writers, 'auditor']],
  [
    'list a channel log',
    ({ operations }) => operations.listChannelLog({ channel: 'none' }),
    [...writers, 'supervisor', 'auditor'],
  ],
  [
    'list dead letters',
    ({ operations }) => operations.listDeadLetters({}),
    [...writers, 'supervisor', 'auditor'],
  ],
  ['replay dead letters', ({ operations }) => operations.replayDeadLetters({ all: true }), writers],
  ['drop dead letters', ({ operations }) => operations.dropDeadLetters({ all: true }), writers],
];

test.each(calls)('who may %s', async (_, call, allowed) => {
  for (const role of everybody) {
    const outcome = await call(open.as([role])).then(
      () => 'allowed',
      (error: unknown) => (isAppError(error, 'PERMISSION_DENIED') ? 'denied' : 'allowed'),
    );
    expect([role, outcome]).toEqual([role, allowed.includes(role) ? 'allowed' : 'denied']);
  }
});

test('the registry is for services alone', async () => {
  for (const role of everybody.filter((each) => each !== 'service')) {
    const identity = { tenantId: open.tenantId, roles: [role], keyName: 'test' };
    const registry = createInProcessClient(open.directory.registryService, { identity });
    const denied = expect.objectContaining({ code: 'PERMISSION_DENIED' });
    await expect(registry.resolveChannel({ name: 'x' })).rejects.toEqual(denied);
    await expect(registry.resolveTenant({ name: 'default' })).rejects.toEqual(denied);
    await expect(registry.authenticateApiKey({ key: 'x' })).rejects.toEqual(denied);
    await expect(registry.snapshotResources({ kind: 'Team' })).rejects.toEqual(denied);
    await expect(registry.registerChannelTypes({})).rejects.toEqual(denied);
  }
});

test('what was done is written down, and stays', async () => {
  const { apply, directory } = open.as(['admin']);
  await apply({ kind: 'Team', name: 'audited' });
  await apply({ kind: 'Team', name: 'audited' });
  await directory.deleteResource({ kind: 'Team', name: 'audited' });
  const { entries } = await open.as(['auditor']).directory.listAuditEntries({});
  const about = entries.filter(({ object }) => object === 'Team/audited');
  expect(about.map(({ actor, action }) => [actor, action])).toEqual([
    ['test-admin', 'delete'],
    ['test-admin', 'apply'],
  ]);
  expect(entries.at(-1)).toMatchObject({ actor: 'bootstrap', object: 'Tenant/default' });
  for (const text of ["update audit_entry set actor = 'nobody'", 'delete from audit_entry']) {
    const change = open.database.transaction({ tenants: [open.tenantId] }, (tx) => tx.query({ text }));
    await expect(change).rejects.toThrow('permission denied');
  }
});
