import type { Bus } from '@omnigate/bus';
import {
  type DirectoryServiceService,
  type OperationsServiceService,
  type RegistryServiceService,
  topics,
} from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import type { RpcService } from '@omnigate/rpc';
import { createSignals, type Logger, type Metrics } from '@omnigate/runtime';
import { type Bootstrapped, bootstrapDirectory } from './bootstrap';
import { createChannelLoggedHandler } from './consumers/channel-logged';
import type { DirectoryContext } from './directory-context';
import { createConfigCheck } from './domain/channel-config';
import { createSecretBox } from './domain/secret-envelope';
import { createDirectoryService } from './rpc/directory-service';
import { createOperationsService } from './rpc/operations-service';
import { createRegistryService } from './rpc/registry-service';
import { checkEncryptionKey } from './store/encryption-canary';

/** What the service directory is built from. */
export interface DirectoryOptions {
  /** Schema `directory`. */
  database: Database;
  bus: Bus;
  logger: Logger;
  metrics: Metrics;
  /** 32 bytes that seal the channels' secrets. */
  encryptionKey: Buffer;
  /** OMNIGATE_PUBLIC_URL: what providers call. */
  publicUrl: string;
  /** OMNIGATE_ADMIN_KEY: the first owner and operator key; one is made without it. */
  adminKey?: string;
  /** OMNIGATE_FETCH_ALLOW: `host:port` pairs that an api_base_url may name though they are private. */
  fetchAllow?: readonly string[];
}

/** The service directory: tenants, channels, agents, keys, knowledge; what went wrong on channels and the bus. */
export interface Directory {
  /** All that it serves: the three below. */
  rpc: RpcService[];
  directoryService: RpcService<DirectoryServiceService>;
  registryService: RpcService<RegistryServiceService>;
  operationsService: RpcService<OperationsServiceService>;
  /**
   * Checks the encryption key and begins to read the channel log.
   *
   * @throws AppError ENCRYPTION_KEY_MISMATCH when the database holds secrets that the key does not open
   */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Makes the tenant `default`, its team and the first key; does nothing where they are. Call it after start. */
  bootstrap(): Promise<Bootstrapped>;
}

/**
 * Builds directory; nothing runs before start().
 *
 * @param options what it is built from
 * @returns the service
 * @throws AppError CONFIG_INVALID when the encryption key is not 32 bytes long
 */
export function createDirectory(options: DirectoryOptions): Directory {
  const { database, bus, logger, metrics, encryptionKey, publicUrl, adminKey, fetchAllow = [] } = options;
  const context: DirectoryContext = {
    database,
    bus,
    logger,
    box: createSecretBox(encryptionKey),
    checkConfig: createConfigCheck(),
    publicUrl: publicUrl.replace(/\/+$/, ''),
    fetchAllow,
  };
  const services = {
    directoryService: createDirectoryService(context),
    registryService: createRegistryService(context),
    operationsService: createOperationsService(context),
  };
  const channelLog = bus.consume({
    group: 'directory',
    topics: [topics.channelLog],
    database,
    handle: createChannelLoggedHandler(createSignals(metrics, 'directory.channel-log')),
  });
  return {
    rpc: Object.values(services),
    ...services,
    async start() {
      await checkEncryptionKey(database, context.box);
      await channelLog.start();
    },
    stop: () => channelLog.stop(),
    bootstrap: () => bootstrapDirectory(adminKey, context),
  };
}
