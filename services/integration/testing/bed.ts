import { busSchema, createPostgresBus } from '@omnigate/bus';
import {
  BusinessEvent,
  type IntegrationServiceService,
  type ResolvedConnector,
  ResourceChanged,
  topics,
} from '@omnigate/contracts';
import { createDatabase } from '@omnigate/database';
import { type Client, createInProcessClient, type Role, type RpcService } from '@omnigate/rpc';
import { createLogger, createMetrics, newId } from '@omnigate/runtime';
import { freshDatabase } from '@omnigate/testkit';
import { createIntegration, integrationSchema } from '../src';

/** Integration on a database and a bus of its own, with a directory made by hand. */
export type Bed = Awaited<ReturnType<typeof openBed>>;

/** What a tenant of a test declares. */
export type Declared = Partial<Pick<ResolvedConnector, 'name' | 'privateAddressAllowed'>> & {
  spec: Record<string, unknown>;
};

/** Opens a bed; the caller closes it. */
export async function openBed() {
  const fresh = await freshDatabase([busSchema, integrationSchema]);
  const logged: string[] = [];
  const destination = { write: (line: string) => void logged.push(line) };
  const logger = createLogger({ service: 'integration-test', level: 'trace', destination });
  const metrics = createMetrics();
  const { schema, role } = integrationSchema;
  const database = createDatabase({ url: fresh.url, schema, role, applicationName: 'test', logger });
  const bus = createPostgresBus({ url: fresh.url, logger, metrics: createMetrics(), unsafeNoSync: true });
  await bus.start();
  const declared = new Map<string, ResolvedConnector[]>();
  const listeners = new Set<(change: ResourceChanged) => void>();
  let revision = 0n;
  const app = createIntegration({
    database,
    bus,
    registry: {
      resolveConnectors: async (_request: unknown, call: { tenantId: string }) => ({
        connectors: declared.get(call.tenantId) ?? [],
      }),
    } as unknown as Parameters<typeof createIntegration>[0]['registry'],
    directory: {
      onChanged(listener: (change: ResourceChanged) => void) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    } as unknown as Parameters<typeof createIntegration>[0]['directory'],
    logger,
    metrics,
    clock: () => new Date(),
  });
  await app.start();
  const service = app.rpc[0] as RpcService<IntegrationServiceService>;
  const events: BusinessEvent[] = [];
  const follower = bus.follow({
    topics: [topics.businessEvent],
    handle: (records) => void events.push(...records.map(({ value }) => BusinessEvent.decode(value))),
  });
  await follower.ready;

  return {
    database,
    events,
    logged,
    metrics,
    addTenant: (): string => newId(),
    /** What a tenant declares from now on. */
    declare(tenantId: string, ...connectors: Declared[]): void {
      revision += 1n;
      const resolved = connectors.map(({ name = 'order-system', privateAddressAllowed = true, spec }) => ({
        ...{ id: newId(), tenantId, name, privateAddressAllowed, revision },
        spec: { headers: {}, ...spec },
      }));
      declared.set(tenantId, resolved);
      for (const listener of listeners) {
        listener(ResourceChanged.fromPartial({ kind: 'Connector', tenantId }));
      }
    },
    as: (tenantId: string, role: Role = 'service'): Client<IntegrationServiceService> =>
      createInProcessClient(service, { identity: { tenantId, roles: [role], keyName: 'test' } }),
    async close() {
      await follower.stop();
      await app.stop();
      await bus.stop();
      await database.end();
      await fresh.drop();
    },
  };
}
