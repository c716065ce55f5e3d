import {
  ApplyOutcome,
  DirectoryServiceService,
  OperationsServiceService,
  RegistryServiceService,
} from '@omnigate/contracts';
import { createDirectoryCache, type DirectoryCache } from '@omnigate/directory-cache';
import { createClient, createServer, type RpcServer, type ServiceDefinition } from '@omnigate/rpc';
import { createHealth, createLogger, createMetrics } from '@omnigate/runtime';
import { channelTypes } from '../testing/channel-types';
import { type OpenDirectory, openDirectory } from '../testing/open-directory';

let open: OpenDirectory;
let cache: DirectoryCache;
let server: RpcServer;
let address: string;
beforeAll(async () => {
  open = await openDirectory();
  const logger = createLogger({ service: 'test', level: 'silent' });
  cache = createDirectoryCache({ registry: open.registry, bus: open.bus, logger });
  await cache.start();
  server = createServer({
    services: open.directory.rpc,
    authenticate: cache.authenticate,
    resolveTenant: cache.resolveTenant,
    logger,
    metrics: createMetrics(),
    health: createHealth(),
  });
  address = `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
});
afterAll(async () => {
  await server.stop();
  await cache.stop();
  await open.close();
});

const using = async <D extends ServiceDefinition, T>(
  definition: D,
  o: { apiKey?: string | undefined; tenant?: string },
  work: (client: ReturnType<typeof createClient<D>>) => Promise<T>,
): Promise<T> => {
  const { apiKey = '', ...rest } = o;
  const client = createClient(definition, { address, apiKey, ...rest });
  try {
    return await work(client);
  } finally {
    client.close();
  }
};
const resource = (kind: string, name: string, spec: Record<string, unknown> = {}) => ({
  kind,
  metadata: { name },
  spec,
});

test('applies and lists over the wire', async () => {
  await using(DirectoryServiceService, { apiKey: open.adminKey }, async (client) => {
    const spec = {
      type: 'sms-twilio',
      max_per_second: 2,
      config: { account_sid: 'AC1', auth_token: 't', from: '+1' },
    };
    const applied = await client.applyResources({
      resources: [resource('Channel', 'sms', spec), resource('ApiKey', 'desk', { role: 'auditor' })],
    });
    expect(applied.resources.map(({ outcome }) => outcome)).toEqual([
      ApplyOutcome.APPLY_OUTCOME_CREATED,
      ApplyOutcome.APPLY_OUTCOME_CREATED,
    ]);
    const [channel] = (await client.listResources({ kind: 'channel' })).resources;
    expect(channel).toMatchObject({
      spec: { config: { auth_token: '***' }, max_per_second: 2 },
      status: { max_per_second: 2 },
    });
    expect((await client.listResources({ kind: 'channel-types' })).resources).toHaveLength(
      channelTypes.length,
    );
    const key = String(applied.resources[1]?.resource?.status?.key);
    const denied = using(DirectoryServiceService, { apiKey: key }, (auditor) => auditor.applyResources({}));
    await expect(denied).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });
});

test('tells every wrong field over the wire', async () => {
  const apply = using(DirectoryServiceService, { apiKey: open.adminKey }, (client) =>
    client.applyResources({
      resources: [resource('Team', 'a', { offer: 1 }), resource('Channel', 'b', { type: 'web' })],
    }),
  );
  await expect(apply).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    fields: [
      { field: 'resources[0].spec.offer', description: 'is not a known field' },
      { field: 'resources[1].spec.config.allowed_origins', description: 'is required' },
    ],
  });
});

test('an operator works in another tenant by its name', async () => {
  await using(DirectoryServiceService, { apiKey: open.adminKey }, (client) =>
    client.applyResources({ resources: [resource('Tenant', 'named')] }),
  );
  await using(DirectoryServiceService, { apiKey: open.adminKey, tenant: 'named' }, async (client) => {
    await client.applyResources({ resources: [resource('Team', 'inside')] });
    const { resources } = await client.listResources({ kind: 'Team' });
    expect(resources.map(({ metadata }) => metadata?.name)).toEqual(['inside', 'default']);
  });
});

test('shuts without a key, with a wrong one, and the registry even to the operator', async () => {
  for (const apiKey of ['', 'wrong-key-0123456789'])
    await expect(
      using(OperationsServiceService, { apiKey }, (client) => client.listDeadLetters({})),
    ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  const resolve = using(RegistryServiceService, { apiKey: open.adminKey }, (client) =>
    client.resolveChannel({ name: 'sms' }),
  );
  await expect(resolve).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
});
