import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Addresses, encryptionKey, ownerKey, serviceKey } from '@omnigate/installation';
import { type Logger, type RunningParts, runParts } from '@omnigate/runtime';
import { reachable } from '@omnigate/service-process';
import { createPortGiver } from '../free-ports';
import type { ClusterConfig } from './config';
import { applyTopics, introduce } from './first-start';
import { createFrontDoor } from './front-door';
import { type Infrastructure, startInfrastructure } from './infrastructure';
import { type ClaimedPort, claimPublicPort } from './public-port';
import { createServices } from './services';
import { createStatusServer } from './status-server';
import { planReplicas } from './topology';

/** What starting a cluster needs. */
export interface ClusterOptions {
  config: ClusterConfig;
  /** Path of the data folder, which is this process's alone. */
  folder: string;
  /** What services read besides passes through. */
  inherited: NodeJS.ProcessEnv;
  logger: Logger;
  onProgress(line: string): void;
  onOutput(stream: 'stdout' | 'stderr', chunk: Buffer): void;
}

/** A cluster that is ready. */
export interface RunningCluster {
  addresses: Addresses;
  /** Stops services and servers in order. @throws AppError DEADLINE_EXCEEDED */
  stop(): Promise<void>;
}

/** With what the shell around it needs, within 30 s. */
const stopMs = 29_000;

/**
 * Starts all services as processes of their own, the servers below them that nobody named, and one front door.
 *
 * @param o configuration, and where to tell what happens.
 * @returns the cluster, once everyone's /readyz is 200.
 * @throws AppError CONFIG_INVALID, or Error that says what to install; what had started is ended.
 */
export async function startCluster(o: ClusterOptions): Promise<RunningCluster> {
  const ports = await claimPorts(o.config);
  const folder = join(o.folder, 'cluster');
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const givePort = createPortGiver();
  const infrastructure = await startInfrastructure({ ...o, folder, givePort });
  const addresses = publicAddresses(o.config, ports);
  const running = await startServices({
    ...o,
    ports,
    addresses,
    clusterFolder: folder,
    givePort,
    infrastructure,
  });
  return { addresses, stop: () => running.stop() };
}

/** Takes the three public ports. */
async function claimPorts({
  OMNIGATE_BIND: host,
  ...config
}: ClusterConfig): Promise<[ClaimedPort, ClaimedPort, ClaimedPort]> {
  const http = await claimPublicPort({
    host,
    port: config.OMNIGATE_HTTP_PORT,
    variable: 'OMNIGATE_HTTP_PORT',
  });
  const grpc = await claimPublicPort({
    host,
    port: config.OMNIGATE_GRPC_PORT,
    variable: 'OMNIGATE_GRPC_PORT',
  });
  const smtp = await claimPublicPort({
    host,
    port: config.OMNIGATE_SMTP_PORT,
    variable: 'OMNIGATE_SMTP_PORT',
  });
  return [http, grpc, smtp];
}

function publicAddresses(config: ClusterConfig, ports: readonly ClaimedPort[]): Addresses {
  const [httpPort = 0, grpcPort = 0, smtpPort = 0] = ports.map(({ port }) => port);
  const { OMNIGATE_BIND: bind, OMNIGATE_PUBLIC_URL: publicUrl = `http://127.0.0.1:${httpPort}` } = config;
  const host = reachable(bind);
  return {
    httpUrl: `http://${host}:${httpPort}`,
    publicUrl,
    grpcAddress: `${host}:${grpcPort}`,
    smtpAddress: `${host}:${smtpPort}`,
  };
}

interface Composition extends ClusterOptions {
  /** HTTP's, gRPC's and SMTP's. */
  ports: [ClaimedPort, ClaimedPort, ClaimedPort];
  addresses: Addresses;
  clusterFolder: string;
  givePort(): Promise<number>;
  infrastructure: Infrastructure;
}

async function startServices(o: Composition): Promise<RunningParts> {
  const { config, folder, addresses, infrastructure } = o;
  const rows = await planReplicas(config.OMNIGATE_REPLICAS, o.givePort);
  const replicas = rows.flat();
  const adminKey = ownerKey(folder, config.OMNIGATE_ADMIN_KEY);
  const keys = {
    adminKey,
    encryptionKey: encryptionKey(folder, config.OMNIGATE_ENCRYPTION_KEY),
    serviceKey: serviceKey(folder, config.OMNIGATE_SERVICE_KEY),
  };
  const { publicUrl } = addresses;
  const smtpPort = o.ports[2].port;
  const mediaFolder = resolve(config.OMNIGATE_MEDIA_DIR ?? join(folder, 'media'));
  const environment = {
    ...o,
    servers: infrastructure.servers,
    keys,
    publicUrl,
    smtpPort,
    mediaFolder,
    replicas,
  };
  const services = createServices({ ...o, rows, environment });
  const statusPort = await o.givePort();
  const door = createFrontDoor({
    ...o,
    httpPort: o.ports[0].port,
    grpcPort: o.ports[1].port,
    folder: join(o.clusterFolder, 'nginx'),
    bind: config.OMNIGATE_BIND,
    statusPort,
    replicas,
  });
  const demo = config.OMNIGATE_DEMO === '1';
  const parts = [
    { name: 'servers', stop: infrastructure.stop },
    startOnly('topics', () =>
      applyTopics(infrastructure.servers.kafkaBrokers, config.KAFKA_BROKERS === undefined),
    ),
    door.closing,
    // The services start with it: mail does not come through the front door.
    startOnly('SMTP port', () => o.ports[2].release()),
    services.part,
    createStatusServer(services.processes, statusPort),
    startOnly('public ports', async () => void (await Promise.all(o.ports.map(({ release }) => release())))),
    door.opening,
    startOnly('introduction', () => introduce({ ...o, adminKey, demo })),
  ];
  return runParts(parts, { logger: o.logger, deadlineMs: stopMs });
}

const startOnly = (name: string, start: () => Promise<void>) => ({
  name,
  start,
  stop: async () => undefined,
});
