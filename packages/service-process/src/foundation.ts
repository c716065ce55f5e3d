import { type Bus, createBus, kafkaOptionsFrom } from '@omnigate/bus';
import { RegistryServiceService } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import { createDirectoryCache, type DirectoryCache } from '@omnigate/directory-cache';
import { AppError, isAppError } from '@omnigate/errors';
import { type Client, type ClientOptions, createClient, type ServiceDefinition } from '@omnigate/rpc';
import { createHealth, createMetrics, type Health, type Logger, type Metrics } from '@omnigate/runtime';
import { createState, type State } from '@omnigate/state';
import { openSchema } from './open-schema';
import type { ProcessConfig } from './process-fields';
import type { ServiceProcess } from './service-process';

/** What a service in a process of its own is built on. */
export interface Foundation {
  database: Database;
  bus: Bus;
  state: State;
  logger: Logger;
  metrics: Metrics;
  health: Health;
  clock: () => Date;
  /** Other processes may run the same service on this database. */
  exclusive: false;
  /** Makes a client of another service, which is closed with the process. */
  connect<D extends ServiceDefinition>(
    definition: D,
    address: string,
    options?: Pick<ClientOptions, 'deadlineMs' | 'idempotent'>,
  ): Client<D>;
  /** Makes the client of directory and the cache before it; the process waits for directory when it starts. */
  reachDirectory(address: string): { registry: Client<RegistryServiceService>; directory: DirectoryCache };
}

/** A foundation with what its process needs to run it. */
export interface OpenFoundation extends Foundation {
  /** Resolves when directory answers, at once where none is needed. @throws AppError CONFIG_INVALID, UNAVAILABLE */
  greetDirectory(): Promise<void>;
  closeClients(): void;
}

/** What a foundation needs. */
export interface FoundationOptions<C extends ProcessConfig> {
  config: C;
  logger: Logger;
  /** A consumer does not get on: this process is to end, and to be started again. */
  onStuck(): void;
}

/** A webhook waits for it, and its provider does not wait long. */
const registryDeadlineMs = 5_000;

/**
 * Makes what a service is built on; nothing is reached yet.
 *
 * @param definition the service.
 * @param options its configuration.
 * @returns the foundation.
 * @throws AppError CONFIG_INVALID.
 */
export function createFoundation<C extends ProcessConfig>(
  definition: Pick<ServiceProcess<C>, 'schema' | 'connections'>,
  { config, logger, onStuck }: FoundationOptions<C>,
): OpenFoundation {
  const { DATABASE_URL: url, DATABASE_MIGRATION_URL: listenUrl = url } = config;
  const metrics = createMetrics();
  const health = createHealth();
  const database = openSchema(url, definition.schema, { poolSize: definition.connections, logger });
  const kafka = kafkaOptionsFrom(config);
  const bus = createBus({ kafka, url, listenUrl, logger, metrics, health, onStuck, exclusive: false });
  const clients: { close(): void }[] = [];
  let registry: Client<RegistryServiceService> | undefined;

  const connect: Foundation['connect'] = (service, address, options = {}) => {
    const client = createClient(service, { address, apiKey: config.OMNIGATE_SERVICE_KEY, ...options });
    clients.push(client);
    return client;
  };
  return {
    database,
    bus,
    state: createState({ redisUrl: config.REDIS_URL, logger, metrics }),
    logger,
    metrics,
    health,
    clock: () => new Date(),
    exclusive: false,
    connect,
    reachDirectory(address) {
      const options = { deadlineMs: registryDeadlineMs, idempotent: ['registerChannelTypes'] };
      registry = connect(RegistryServiceService, address, options);
      return { registry, directory: createDirectoryCache({ registry, bus, logger }) };
    },
    greetDirectory: async () => {
      if (registry) await greet(registry);
    },
    closeClients: () => {
      for (const client of clients) client.close();
    },
  };
}

async function greet(registry: Client<RegistryServiceService>): Promise<void> {
  try {
    await registry.resolveTenant({ name: 'default' });
  } catch (error) {
    if (isAppError(error, 'NOT_FOUND')) return; // it answers, which is all that was asked
    if (!isAppError(error, 'UNAUTHENTICATED')) throw error;
    const reason = 'OMNIGATE_SERVICE_KEY: directory has another one';
    throw new AppError('CONFIG_INVALID', { reason }, { cause: error });
  }
}
