import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type Bus, busSchema, createBus } from '@omnigate/bus';
import type { ChannelAdapter } from '@omnigate/channel-kit';
import { channelWebhooksSchema, createChannelWebhooks } from '@omnigate/channel-webhooks';
import {
  type AppliedResource,
  type BotServiceService,
  DirectoryServiceService,
  type RegistryServiceService,
  type Resource,
} from '@omnigate/contracts';
import { createDatabase, type Database, type ServiceSchema } from '@omnigate/database';
import { createDirectory, directorySchema } from '@omnigate/directory';
import { createDirectoryCache } from '@omnigate/directory-cache';
import { createRouting, routingSchema } from '@omnigate/routing';
import {
  type Client,
  createInProcessClient,
  type Identity,
  type Role,
  type RpcService,
  type ServiceDefinition,
} from '@omnigate/rpc';
import { createLogger, createMetrics } from '@omnigate/runtime';
import { createState } from '@omnigate/state';
import { openTestMedia, testForm } from '@omnigate/testkit';
import fastify from 'fastify';
import { type BackingServers, startBackingServers } from './backing-servers';
import { eventually } from './eventually';

/** How a gateway is put together. */
export interface GatewayOptions {
  bot: Client<BotServiceService>;
  /** Channel types; default: all that channel-webhooks has. */
  adapters?: readonly ChannelAdapter[];
  /** Instances of channel-webhooks on the one log; default 1. */
  adapterInstances?: number;
}

/**
 * Directory, routing and instances of channel-webhooks in the test's process, on servers of its own. In the cluster form
 * routing is there twice: calls reach one instance, while records and turns are on either.
 */
export interface Gateway {
  bus: Bus;
  tenantId: string;
  /** Base URLs of the instances of channel-webhooks. */
  urls: string[];
  apply(...resources: Resource[]): Promise<AppliedResource[]>;
  /** A client that acts with these roles; default: the tenant's owner. */
  client<D extends ServiceDefinition>(definition: D, identity?: Partial<Identity>): Client<D>;
  /** An agent's identity, for `client`. */
  agentIdentity(name: string): Promise<Partial<Identity>>;
  stop(): Promise<void>;
}

/** What providers are told to call, whichever instance they reach. */
export const publicUrl = 'https://gate.example.com';

const logger = createLogger({ service: 'gateway-test', level: 'silent' });
const metrics = createMetrics;
const owner: readonly Role[] = ['owner', 'operator'];

/** Parts that were started, to be stopped in reverse. */
type Started = { stop(): Promise<void> }[];

/**
 * Composes a gateway and waits until channels can be applied.
 *
 * @param options the bot and the channel types.
 * @returns the gateway; the caller stops it.
 */
export async function composeGateway(options: GatewayOptions): Promise<Gateway> {
  const servers = await startBackingServers([
    busSchema,
    directorySchema,
    routingSchema,
    channelWebhooksSchema,
  ]);
  const started: Started = [servers];
  const database = (schema: ServiceSchema) => openDatabase(servers.databaseUrl, schema, started);
  const stop = async () => {
    for (const part of started.reverse()) await part.stop();
  };
  try {
    const bus = await startBus(servers, started);
    const directory = createDirectory({
      database: database(directorySchema),
      bus,
      logger,
      metrics: metrics(),
      encryptionKey: randomBytes(32),
      publicUrl,
    });
    await directory.start();
    started.push(directory);
    await directory.bootstrap();
    const registry = createInProcessClient(directory.registryService);
    const rpc = await startRouting(options.bot, { servers, registry, started });
    const urls: string[] = [];
    for (let count = options.adapterInstances ?? 1; count > 0; count -= 1) {
      urls.push(await startAdapter({ ...options, servers, registry, started }));
    }
    const tenantId = (await registry.resolveTenant({ name: 'default' })).id;
    const services = [...directory.rpc, ...rpc];
    const client = <D extends ServiceDefinition>(definition: D, identity: Partial<Identity> = {}) =>
      createInProcessClient(serviceOf(services, definition), {
        identity: { tenantId, roles: owner, keyName: 'owner', ...identity },
      });
    const resources = client(DirectoryServiceService);
    await eventually(
      async () => (await resources.listResources({ kind: 'ChannelType' })).resources.length > 0,
    );
    return {
      bus,
      tenantId,
      urls,
      client,
      stop,
      apply: async (...documents) => (await resources.applyResources({ resources: documents })).resources,
      async agentIdentity(name) {
        const { agents } = await registry.resolveTenant({ name: 'default' });
        const agentId = agents.find((agent) => agent.name === name)?.id ?? '';
        return { roles: ['agent'], keyName: `${name}-key`, agentId, agent: name };
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function serviceOf<D extends ServiceDefinition>(services: RpcService[], definition: D): RpcService<D> {
  return services.find((service) => service.definition === definition) as RpcService<D>;
}

function openDatabase(url: string, { schema, role }: ServiceSchema, started: Started): Database {
  const database = createDatabase({ url, schema, role, applicationName: 'gateway-test', logger });
  started.push({ stop: () => database.end() });
  return database;
}

async function startBus({ databaseUrl: url, kafka }: BackingServers, started: Started): Promise<Bus> {
  const bus = createBus({ url, kafka, logger, metrics: metrics() });
  await bus.start();
  started.push(bus);
  return bus;
}

/** What the instances of a service stand on. */
interface Ground {
  servers: BackingServers;
  registry: Client<RegistryServiceService>;
  started: Started;
}

/** What one instance is made of: it has nothing in common with another but the servers. */
async function layFoundation(schema: ServiceSchema, { servers, registry, started }: Ground) {
  const bus = await startBus(servers, started);
  const state = createState({ redisUrl: servers.redisUrl, logger, metrics: metrics() });
  const directory = createDirectoryCache({ registry, bus, logger });
  await directory.start();
  started.push(state, directory);
  const database = openDatabase(servers.databaseUrl, schema, started);
  return { database, bus, state, directory, registry, logger, metrics: metrics() };
}

/** One instance, or in the cluster form two, as processes would be. @returns the RPC services of the last */
async function startRouting(bot: Client<BotServiceService>, ground: Ground): Promise<RpcService[]> {
  const alone = testForm() === 'standalone';
  let rpc: RpcService[] = [];
  for (let left = alone ? 1 : 2; left > 0; left -= 1) {
    const foundation = await layFoundation(routingSchema, ground);
    const routing = createRouting({ ...foundation, bot, exclusive: alone, clock: () => new Date() });
    await routing.start();
    ground.started.push(routing);
    rpc = routing.rpc;
  }
  return rpc;
}

async function startAdapter(o: GatewayOptions & Ground): Promise<string> {
  const { started } = o;
  const { drop, ...files } = openTestMedia(publicUrl);
  started.push({ stop: async () => drop() });
  const app = createChannelWebhooks({
    ...files,
    ...(await layFoundation(channelWebhooksSchema, o)),
    publicUrl,
    sendsInFlight: 16,
    exclusive: false,
    ...(o.adapters ? { adapters: o.adapters } : {}),
  });
  await app.start();
  started.push(app);
  const server = fastify({ forceCloseConnections: true });
  app.http?.(server);
  await server.listen({ port: 0, host: '127.0.0.1' });
  started.push({ stop: async () => void (await server.close()) });
  return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
}
