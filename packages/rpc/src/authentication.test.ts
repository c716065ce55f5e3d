import {
  botClient,
  botService,
  endAll,
  failureOf,
  start,
  tenantA,
  tenantB,
  textOf,
  whoAmI,
} from './loopback.fixture';

afterEach(endAll);

describe('authentication', () => {
  const service = () => botService(whoAmI, ['owner', 'service']);

  it('lets a key with the role in, as its identity', async () => {
    const { address } = await start(service());
    expect(JSON.parse(textOf(await botClient(address, 'owner-key').ask({})))).toEqual({
      tenantId: tenantA,
      roles: ['owner'],
      keyName: 'owner',
    });
  });

  it.each([
    ['no key', undefined],
    ['an unknown key', 'nobody'],
    ['an empty key', ' '],
  ])('refuses %s', async (_name, key) => {
    const { address } = await start(service());
    expect((await failureOf(botClient(address, key).ask({}))).code).toBe('UNAUTHENTICATED');
  });

  it('refuses a key without the role, and says which it needs', async () => {
    const { address } = await start(service());
    const failure = await failureOf(botClient(address, 'agent-key').ask({}));
    expect(failure.code).toBe('PERMISSION_DENIED');
    expect(failure.message).toContain('owner or service');
  });

  it.each(['operator-key', 'service-key'])('lets %s name a tenant, by name or id', async (key) => {
    const { address } = await start(service());
    for (const tenant of ['b', tenantB]) {
      const response = await botClient(address, key, tenant).ask({});
      expect(JSON.parse(textOf(response)).tenantId).toBe(tenantB);
    }
  });

  it('lets nobody else name a tenant, not even its own', async () => {
    const { address } = await start(service());
    for (const tenant of ['b', tenantA]) {
      expect((await failureOf(botClient(address, 'owner-key', tenant).ask({}))).code).toBe(
        'PERMISSION_DENIED',
      );
    }
  });

  it('says that an unknown tenant is not found', async () => {
    const { address } = await start(service());
    const failure = await failureOf(botClient(address, 'operator-key').ask({}, { tenantId: 'nowhere' }));
    expect([failure.code, failure.metadata.resource]).toEqual(['NOT_FOUND', 'tenant nowhere']);
  });
});
