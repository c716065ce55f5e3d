import { type OpenDirectory, openDirectory } from '../testing/open-directory';

let open: OpenDirectory;
beforeAll(async () => {
  open = await openDirectory();
});
afterAll(() => open.close());

const notFound = expect.objectContaining({ code: 'NOT_FOUND' });

test('resolves a channel by id and by name, with its secrets and its type', async () => {
  const config = { account_sid: 'AC1', auth_token: 's3cret', from: '+14155550100' };
  const spec = { type: 'sms-twilio', first_responder: 'people', max_per_second: 2.5, config };
  const applied = await open.as(['owner']).apply({ kind: 'Channel', name: 'sms', spec });
  const channelId = applied.resources[0]?.resource?.metadata?.id ?? '';
  const { channel } = await open.registry.resolveChannel({ channelId });
  expect(channel).toMatchObject({
    id: channelId,
    tenantId: open.tenantId,
    name: 'sms',
    type: 'sms-twilio',
    firstResponder: 'people',
    team: 'default',
    maxPerSecond: 2.5,
    config,
    channelType: {
      type: 'sms-twilio',
      adapterService: 'channel-webhooks',
      capabilities: { singleMessageTurn: true },
    },
    privateApiAllowed: false,
  });
  expect((await open.registry.resolveChannel({ name: 'sms' }, { tenantId: open.tenantId })).channel).toEqual(
    channel,
  );
  await open
    .as(['owner'])
    .apply({ kind: 'Channel', name: 'sms', spec: { ...spec, max_per_second: undefined } });
  const later = (await open.registry.resolveChannel({ channelId })).channel;
  expect(later?.maxPerSecond).toBe(1);
  expect(later && channel && later.revision > channel.revision).toBe(true);
});

test.each(['', 'x', '../etc', '0190aaaa-0000-4000-8000-00000000ffff', "' or 1=1 --"])(
  'knows no channel %p',
  async (channelId) => {
    await expect(open.registry.resolveChannel({ channelId }, { tenantId: open.tenantId })).rejects.toEqual(
      notFound,
    );
  },
);

test('says that a name needs a tenant', async () => {
  await expect(open.registry.resolveChannel({ name: 'sms' })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  await expect(open.registry.snapshotResources({ kind: 'Team' })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
});

test('resolves a tenant with its teams and agents, and a revision that rises', async () => {
  const { apply, directory } = open.as(['owner']);
  const before = await open.registry.resolveTenant({ tenantId: open.tenantId });
  await apply(
    {
      kind: 'Team',
      name: 'shop',
      spec: { hours: [{ days: ['fri'], from: '20:00', to: '02:00' }], offer_seconds: 20 },
    },
    {
      kind: 'Agent',
      name: 'desk',
      spec: { display_name: '一号客服', teams: ['shop'], max_conversations: 2 },
    },
    { kind: 'Agent', name: 'night-desk' },
  );
  const after = await open.registry.resolveTenant({ name: 'default' });
  expect(after.teams.find(({ name }) => name === 'shop')).toMatchObject({
    offerSeconds: 20,
    hours: [
      { weekday: 5, startMinute: 1200, endMinute: 1440 },
      { weekday: 6, startMinute: 0, endMinute: 120 },
    ],
  });
  expect(
    after.agents.map(({ displayName, teams, maxConversations }) => [displayName, teams, maxConversations]),
  ).toEqual([
    ['一号客服', ['shop'], 2],
    ['night-desk', ['default'], 5],
  ]);
  expect(after.revision > before.revision).toBe(true);
  await directory.deleteResource({ kind: 'Agent', name: 'night-desk' });
  expect((await open.registry.resolveTenant({ tenantId: open.tenantId })).revision > after.revision).toBe(
    true,
  );
  await expect(open.registry.resolveTenant({ name: 'nobody' })).rejects.toEqual(notFound);
  await expect(open.registry.resolveTenant({ tenantId: 'nobody' })).rejects.toEqual(notFound);
});

test('shows channel types as resources', async () => {
  const { resources } = await open.as(['supervisor']).directory.listResources({ kind: 'ChannelType' });
  expect(resources.map(({ metadata }) => metadata?.name)).toEqual(['sms-twilio', 'web', 'wechat-official']);
  expect(resources[0]?.spec).toMatchObject({
    adapter_service: 'channel-webhooks',
    capabilities: { single_message_turn: true },
  });
  const [page, next] = [await listTypes(''), await listTypes((await listTypes('')).nextPageToken)];
  expect([page, next].map(({ resources: [only] }) => only?.metadata?.name)).toEqual(['sms-twilio', 'web']);
  expect((await listTypes(next.nextPageToken)).nextPageToken).toBe('');
});

const listTypes = (pageToken: string) =>
  open.as(['supervisor']).directory.listResources({ kind: 'ChannelType', pageSize: 1, pageToken });

test.each(['\u0000', '\ud800', 'No Such Name', 'x'.repeat(10_000)])(
  'knows nothing by the name %j',
  async (name) => {
    const { directory, operations } = open.as(['owner', 'operator']);
    await expect(open.registry.resolveChannel({ name }, { tenantId: open.tenantId })).rejects.toEqual(
      notFound,
    );
    await expect(open.registry.resolveTenant({ name })).rejects.toEqual(notFound);
    await expect(directory.deleteResource({ kind: 'Team', name })).rejects.toEqual(notFound);
    await expect(operations.listChannelLog({ channel: name })).rejects.toEqual(notFound);
    expect((await directory.listResources({ kind: 'Team', name })).resources).toEqual([]);
    await expect(operations.listDeadLetters({ topic: `${name} ` })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(open.registry.authenticateApiKey({ key: name })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
  },
);
