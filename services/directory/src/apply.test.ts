import { ApplyOutcome } from '@omnigate/contracts';
import { invalid, type OpenDirectory, openDirectory } from '../testing/open-directory';

const { APPLY_OUTCOME_CREATED, APPLY_OUTCOME_CONFIGURED, APPLY_OUTCOME_UNCHANGED } = ApplyOutcome;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const team = {
  kind: 'Team',
  name: 'by-day',
  spec: { hours: [{ days: ['mon', 'sun'], from: '09:00', to: '18:00' }] },
};
const agent = {
  kind: 'agent',
  name: 'desk-1',
  spec: { display_name: '一号客服', teams: ['by-day', 'default'] },
};
const sms = {
  kind: 'Channel',
  name: 'shop-sms',
  spec: {
    type: 'sms-twilio',
    team: 'shop',
    config: { account_sid: 'AC1', auth_token: 's3cret-token', from: '+14155550100' },
  },
};

let open: OpenDirectory;
beforeAll(async () => {
  open = await openDirectory();
  await open.as(['owner']).apply({ kind: 'Team', name: 'shop' });
});
afterAll(() => open.close());

const list = async (kind: string, name = '') =>
  (await open.as(['owner']).directory.listResources({ kind, name })).resources;

test('creates in any order, leaves alone what is the same, configures what is not', async () => {
  const { apply } = open.as(['owner']);
  const first = await apply(sms, agent, team);
  expect(first.resources.map(({ outcome }) => outcome)).toEqual(Array(3).fill(APPLY_OUTCOME_CREATED));
  expect(first.resources.map(({ resource }) => resource?.kind)).toEqual(['Channel', 'Agent', 'Team']);
  const again = await apply(team, sms, agent);
  expect(again.resources.map(({ outcome }) => outcome)).toEqual(Array(3).fill(APPLY_OUTCOME_UNCHANGED));
  const changed = await apply(team, { ...agent, spec: { ...agent.spec, max_conversations: 2 } });
  expect(changed.resources.map(({ outcome }) => outcome)).toEqual([
    APPLY_OUTCOME_UNCHANGED,
    APPLY_OUTCOME_CONFIGURED,
  ]);
  const [channel] = await list('channels', 'shop-sms');
  expect(channel?.metadata?.id).toMatch(uuid);
  expect(channel?.metadata?.id).toBe(first.resources[0]?.resource?.metadata?.id);
  expect(channel?.spec).toEqual({
    type: 'sms-twilio',
    team: 'shop',
    first_responder: 'bot',
    config: { account_sid: 'AC1', auth_token: '***', from: '+14155550100' },
  });
  expect(channel?.status).toMatchObject({
    id: channel?.metadata?.id,
    webhook_url: `https://gate.example.com/webhooks/sms-twilio/${channel?.metadata?.id}`,
    max_per_second: 1,
  });
});

test('shows where a web chat is reached', async () => {
  const { resources } = await open
    .as(['owner'])
    .apply({ kind: 'Channel', name: 'site', spec: { type: 'web', config: { allowed_origins: [] } } });
  const { metadata, status } = resources[0]?.resource ?? {};
  expect(status).toMatchObject({ widget_url: `https://gate.example.com/chat/${metadata?.id}/widget.js` });
  expect(status).not.toHaveProperty('webhook_url');
});

test('tells all that is wrong at once and writes nothing', async () => {
  const apply = open.as(['owner']).apply(
    { kind: 'Team', name: 'good' },
    { kind: 'Team', name: 'Bad Name', spec: { offer_second: 1 } },
    {
      kind: 'Team',
      name: 'hours',
      spec: { hours: [{ days: ['monday'], from: '9:00', to: 1 }], offer_seconds: 'x' },
    },
    {
      kind: 'Channel',
      name: 'c1',
      spec: { type: 'sms-twilio', first_responder: 'robot', max_per_second: 0 },
    },
    {
      kind: 'Channel',
      name: 'c2',
      spec: { type: 'sms-twilio', team: 'nowhere', config: { account_sid: 7, auth_token: 't', form: 'x' } },
    },
    { kind: 'Channel', name: 'c3', spec: { type: 'sms-nobody' } },
    { kind: 'Agent', name: 'a', id: '7', spec: { teams: ['nowhere'] } },
    { kind: 'Agent', name: 'b', spec: { teams: ['nowhere', 'hours'] } },
    { kind: 'Chanel', name: 'x' },
    { kind: 'Queue', name: 'x' },
    { kind: 'Team', name: 'good' },
    { kind: 'ApiKey', name: 'k', spec: { role: 'agent' } },
    { kind: 'Team', name: 'nul', spec: { title: 'a\u0000b' } },
  );
  await expect(apply).rejects.toEqual(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  const error = (await apply.catch((e: unknown) => e)) as {
    fields: { field: string; description: string }[];
  };
  const told = error.fields.map(({ field, description }) => `${field} ${description}`);
  expect(new Set(told)).toEqual(
    new Set([
      'resources[1].metadata.name must be 1 to 63 of a-z, 0-9 and -',
      'resources[1].spec.offer_second is not a known field',
      'resources[2].spec.hours[0].days[0] must be one of mon, tue, wed, thu, fri, sat, sun',
      'resources[2].spec.hours[0].from must be a time of day in quotes, "00:00" to "24:00"',
      'resources[2].spec.hours[0].to must be a text',
      'resources[2].spec.offer_seconds must be a number',
      'resources[3].spec.first_responder must be one of bot, people',
      'resources[3].spec.max_per_second must be at least 1',
      'resources[4].spec.config.account_sid must be a text',
      'resources[4].spec.config.from is required',
      'resources[4].spec.config.form is not a known field',
      'resources[4].spec.team there is no Team nowhere; apply it before or together with this',
      'resources[5].spec.type is not a channel type; there are: email, sms-twilio, web, wechat-official',
      'resources[6].metadata.id must be a UUID',
      'resources[7].spec.teams[0] there is no Team nowhere; apply it before or together with this',
      'resources[8].kind is not a kind of resource',
      'resources[9].kind Queue is not supported by this version',
      'resources[10].metadata.name Team/good stands twice in this request',
      'resources[11].spec.agent is required for role agent: the name of its Agent',
      'resources[12].spec.title must not hold NUL or broken Unicode',
    ]),
  );
  expect(await list('Team', 'good')).toEqual([]);
});

test('only checks when asked to', async () => {
  const { directory } = open.as(['owner']);
  const resources = [{ kind: 'ApiKey', metadata: { name: 'tried', id: '' }, spec: { role: 'auditor' } }];
  const tried = await directory.applyResources({ resources, validateOnly: true });
  expect(tried.resources[0]).toMatchObject({ outcome: APPLY_OUTCOME_CREATED, resource: { status: {} } });
  expect(await list('ApiKey', 'tried')).toEqual([]);
});

test('keeps, replaces and gives up secrets; never shows or stores them in the clear', async () => {
  const { apply } = open.as(['owner']);
  const web = (config: Record<string, unknown>) => ({
    kind: 'Channel',
    name: 'secretive',
    spec: { type: 'web', config: { allowed_origins: [], ...config } },
  });
  const outcomeOf = async (config: Record<string, unknown>) =>
    (await apply(web(config))).resources[0]?.outcome;
  const stored = async () =>
    (await open.registry.resolveChannel({ name: 'secretive' }, { tenantId: open.tenantId })).channel?.config;
  await expect(apply(web({ identity_secret: '***' }))).rejects.toEqual(
    invalid('resources[0].spec.config.identity_secret'),
  );
  expect(await outcomeOf({ identity_secret: 'first-s3cret' })).toBe(APPLY_OUTCOME_CREATED);
  expect(await outcomeOf({})).toBe(APPLY_OUTCOME_UNCHANGED);
  expect(await outcomeOf({ identity_secret: '***' })).toBe(APPLY_OUTCOME_UNCHANGED);
  expect(await outcomeOf({ identity_secret: 'first-s3cret' })).toBe(APPLY_OUTCOME_UNCHANGED);
  expect(await stored()).toMatchObject({ identity_secret: 'first-s3cret' });
  expect(await outcomeOf({ title: 'Shop' })).toBe(APPLY_OUTCOME_CONFIGURED);
  expect(await stored()).toMatchObject({ identity_secret: 'first-s3cret', title: 'Shop' });
  expect(await outcomeOf({ identity_secret: 'other-s3cret' })).toBe(APPLY_OUTCOME_CONFIGURED);
  expect(await stored()).toMatchObject({ identity_secret: 'other-s3cret' });
  expect(JSON.stringify(await list('Channel'))).not.toContain('s3cret');
  const rows = await open.database.transaction({ tenants: [open.tenantId] }, (tx) =>
    tx.query({ text: 'select spec::text, secrets::text from resource' }),
  );
  expect(JSON.stringify(rows)).not.toContain('s3cret');
  expect(open.logged.join()).toContain('resources changed');
  expect(open.logged.join()).not.toContain('s3cret');
  expect(await outcomeOf({ identity_secret: null })).toBe(APPLY_OUTCOME_CONFIGURED);
  expect(await stored()).toEqual({ allowed_origins: [] });
});

test('requires a required secret once', async () => {
  const { auth_token: _, ...config } = sms.spec.config;
  const without = { ...sms, name: 'no-token', spec: { ...sms.spec, config } };
  await expect(open.as(['owner']).apply(without)).rejects.toEqual(
    invalid('resources[0].spec.config.auth_token'),
  );
});

test('lets only an operator point a channel at a private address', async () => {
  const at = (url: string) => ({
    ...sms,
    name: 'private',
    spec: { ...sms.spec, config: { ...sms.spec.config, api_base_url: url } },
  });
  const allowed = async () =>
    (await open.registry.resolveChannel({ name: 'private' }, { tenantId: open.tenantId })).channel
      ?.privateApiAllowed;
  await expect(open.as(['owner']).apply(at('http://127.0.0.1:9001'))).rejects.toEqual(
    invalid('resources[0].spec.config.api_base_url'),
  );
  await open.as(['operator']).apply(at('http://127.0.0.1:9001'));
  expect(await allowed()).toBe(true);
  const renamed = at('http://127.0.0.1:9001');
  await open.as(['owner']).apply({ ...renamed, spec: { ...renamed.spec, first_responder: 'people' } });
  expect(await allowed()).toBe(true);
  await expect(open.as(['owner']).apply(at('http://127.0.0.1:9002'))).rejects.toEqual(
    invalid('resources[0].spec.config.api_base_url'),
  );
  await open.as(['owner']).apply(at('https://api.example.com'));
  expect(await allowed()).toBe(false);
});

test('the server that takes mail is judged in the same way, and another one is another', async () => {
  const at = (host: string, port: number) => ({
    kind: 'Channel',
    name: 'private-mail',
    spec: { type: 'email', config: { address: 'private@shop.example', smtp: { host, port } } },
  });
  const wrong = invalid('resources[0].spec.config.smtp.host');
  for (const host of ['127.0.0.1', 'localhost', '::1', '10.0.0.1'])
    await expect(open.as(['owner']).apply(at(host, 25))).rejects.toEqual(wrong);
  await open.as(['operator']).apply(at('127.0.0.1', 25));
  await open.as(['owner']).apply(at('127.0.0.1', 25));
  await expect(open.as(['owner']).apply(at('127.0.0.1', 26))).rejects.toEqual(wrong);
  await expect(open.as(['owner']).apply(at('10.0.0.1', 25))).rejects.toEqual(wrong);
  await open.as(['owner']).apply(at('mail.example.com', 25));
});

test('lets private addresses through that OMNIGATE_FETCH_ALLOW names', async () => {
  const allowing = await openDirectory({ fetchAllow: ['127.0.0.1:9001'] });
  const at = (url: string) => ({
    ...sms,
    spec: { ...sms.spec, team: 'default', config: { ...sms.spec.config, api_base_url: url } },
  });
  await allowing.as(['owner']).apply(at('http://127.0.0.1:9001/'));
  const { channel } = await allowing.registry.resolveChannel(
    { name: sms.name },
    { tenantId: allowing.tenantId },
  );
  expect(channel?.privateApiAllowed).toBe(true);
  await expect(allowing.as(['owner']).apply(at('http://127.0.0.1:9002/'))).rejects.toEqual(
    invalid('resources[0].spec.config.api_base_url'),
  );
  await allowing.close();
});

test("keeps a channel's type", async () => {
  const changed = { ...sms, spec: { type: 'web', config: { allowed_origins: [] } } };
  await open.as(['owner']).apply({ ...sms, name: 'typed' });
  await expect(open.as(['owner']).apply({ ...changed, name: 'typed' })).rejects.toEqual(
    invalid('resources[0].spec.type'),
  );
});

test('takes a given id, and refuses one that is taken or changes', async () => {
  const { apply } = open.as(['owner']);
  const id = '0190AAAA-0000-4000-8000-000000000001';
  const web = { kind: 'Channel', name: 'given', id, spec: { type: 'web', config: { allowed_origins: [] } } };
  expect((await apply(web)).resources[0]?.resource?.metadata?.id).toBe(id.toLowerCase());
  expect((await apply({ ...web, id: '' })).resources[0]?.outcome).toBe(APPLY_OUTCOME_UNCHANGED);
  const other = '0190aaaa-0000-4000-8000-000000000002';
  await expect(apply({ ...web, id: other })).rejects.toEqual(invalid('resources[0].metadata.id'));
  await expect(apply({ kind: 'Team', name: 'thief', id })).rejects.toEqual(
    invalid('resources[0].metadata.id'),
  );
  await open.as(['operator']).apply({ kind: 'Tenant', name: 'id-thief' });
  const tenant = (await open.registry.resolveTenant({ name: 'id-thief' })).id;
  await expect(open.as(['owner'], tenant).apply(web)).rejects.toEqual(invalid('resources[0].metadata.id'));
});

test('gives a deleted name a new id, and deletes nothing that is in use', async () => {
  const { apply, directory } = open.as(['owner']);
  const inUse = expect.objectContaining({ code: 'FAILED_PRECONDITION' });
  await apply(
    { kind: 'Team', name: 'short' },
    { kind: 'Agent', name: 'short-lived', spec: { teams: ['short'] } },
  );
  await expect(directory.deleteResource({ kind: 'Team', name: 'short' })).rejects.toEqual(inUse);
  await expect(directory.deleteResource({ kind: 'team', name: 'short' })).rejects.toThrow(
    'Agent/short-lived',
  );
  await directory.deleteResource({ kind: 'agents', name: 'short-lived' });
  const [before] = await list('Team', 'short');
  await directory.deleteResource({ kind: 'Team', name: 'short' });
  await expect(directory.deleteResource({ kind: 'Team', name: 'short' })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  });
  await apply({ kind: 'Team', name: 'short' });
  expect((await list('Team', 'short'))[0]?.metadata?.id).not.toBe(before?.metadata?.id);
  await expect(directory.deleteResource({ kind: 'Team', name: 'default' })).rejects.toEqual(inUse);
  await expect(directory.deleteResource({ kind: 'Queue', name: 'x' })).rejects.toEqual(invalid('kind'));
});

test('forgets a deleted channel wholly', async () => {
  const { apply, directory } = open.as(['owner']);
  const { resources } = await apply({
    kind: 'Channel',
    name: 'gone',
    spec: { type: 'web', config: { allowed_origins: [] } },
  });
  const channelId = resources[0]?.resource?.metadata?.id ?? '';
  expect((await open.registry.resolveChannel({ channelId })).channel?.name).toBe('gone');
  await directory.deleteResource({ kind: 'Channel', name: 'gone' });
  await expect(open.registry.resolveChannel({ channelId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('applies of one tenant at the same time come one after the other', async () => {
  const { apply } = open.as(['owner']);
  const results = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      apply({ kind: 'Team', name: 'raced', spec: { offer_seconds: 10 + index } }),
    ),
  );
  const outcomes = results.map(({ resources }) => resources[0]?.outcome);
  expect(outcomes.filter((outcome) => outcome === APPLY_OUTCOME_CREATED)).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === APPLY_OUTCOME_CONFIGURED)).toHaveLength(7);
});

test('refuses an apply that is too long to be meant', async () => {
  const documents = Array.from({ length: 10_001 }, (_, index) => ({ kind: 'Team', name: `t${index}` }));
  await expect(open.as(['owner']).apply(...documents)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});
