import type { ClusterConfig } from './config';
import { grpcAddresses, type Replica } from './topology';

/** Where the servers below the services are. */
export interface Servers {
  databaseUrl: string;
  migrationUrl: string;
  kafkaBrokers: string;
  redisUrl: string;
}

/** The keys of the installation. */
export interface Keys {
  encryptionKey: Buffer;
  adminKey: string;
  serviceKey: string;
}

/** What the environment of a service is made of. */
export interface EnvironmentOptions {
  config: ClusterConfig;
  servers: Servers;
  keys: Keys;
  publicUrl: string;
  /** Folder for the files of messages, which all processes share. */
  mediaFolder: string;
  replicas: readonly Replica[];
  /** What this process was given: what services read besides passes through. */
  inherited: NodeJS.ProcessEnv;
}

/**
 * Makes the environment of one process, as a deployment would give it.
 *
 * @param replica the process.
 * @param o what all share.
 * @returns its environment; the keys that only directory needs are in no other.
 */
export function serviceEnvironment(replica: Replica, o: EnvironmentOptions): NodeJS.ProcessEnv {
  const { OMNIGATE_ADMIN_KEY: _admin, OMNIGATE_ENCRYPTION_KEY: _encryption, ...inherited } = o.inherited;
  return {
    ...inherited,
    OMNIGATE_BIND: '127.0.0.1',
    OMNIGATE_HTTP_PORT: String(replica.httpPort),
    OMNIGATE_GRPC_PORT: String(replica.grpcPort),
    OMNIGATE_PUBLIC_URL: o.publicUrl,
    OMNIGATE_MEDIA_DIR: o.mediaFolder,
    OMNIGATE_TRUST_PROXY: '127.0.0.1',
    OMNIGATE_SERVICE_KEY: o.keys.serviceKey,
    OMNIGATE_DIRECTORY_ADDRESS: grpcAddresses(o.replicas, 'directory').join(),
    OMNIGATE_BOT_ADDRESS: grpcAddresses(o.replicas, 'bot').join(),
    OMNIGATE_LOG_LEVEL: o.config.OMNIGATE_LOG_LEVEL,
    DATABASE_URL: o.servers.databaseUrl,
    DATABASE_MIGRATION_URL: o.servers.migrationUrl,
    KAFKA_BROKERS: o.servers.kafkaBrokers,
    REDIS_URL: o.servers.redisUrl,
    ...(replica.service === 'directory' ? directoryKeys(o.keys) : {}),
  };
}

const directoryKeys = ({ encryptionKey, adminKey }: Keys): NodeJS.ProcessEnv => ({
  OMNIGATE_ENCRYPTION_KEY: encryptionKey.toString('base64'),
  OMNIGATE_ADMIN_KEY: adminKey,
});
