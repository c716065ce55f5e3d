import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '@omnigate/runtime';
import type { ClusterConfig } from './config';
import { prepareKafka, startKafkaInDocker } from './kafka';
import { startClusterPostgres } from './postgres';
import { prepareRedis } from './redis';
import type { Servers } from './service-environment';
import { type ProcessSpec, type SupervisedProcess, superviseProcess } from './supervised-process';

/** What starting servers needs. */
export interface InfrastructureOptions {
  config: ClusterConfig;
  /** For their data. */
  folder: string;
  givePort(): Promise<number>;
  logger: Logger;
  onProgress(line: string): void;
}

/** The servers below the services. */
export interface Infrastructure {
  servers: Servers;
  /** Ends those that were started here. */
  stop(): Promise<void>;
}

type Stop = () => Promise<void>;
const stopMs = 8_000;

/**
 * Takes the servers that the environment names and starts the others.
 *
 * @param o which, and where their data is.
 * @returns the running servers.
 * @throws Error that says what to install or to set; what had started is ended.
 */
export async function startInfrastructure(o: InfrastructureOptions): Promise<Infrastructure> {
  const stops: Stop[] = [];
  const stop = async (): Promise<void> => void (await Promise.allSettled(stops.map((each) => each())));
  const begun = await Promise.allSettled([database(o, stops), kafka(o, stops), redis(o, stops)]);
  const failed = begun.find((each) => each.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const [databaseUrl = '', kafkaBrokers = '', redisUrl = ''] = begun.map((each) =>
    each.status === 'fulfilled' ? each.value : '',
  );
  const migrationUrl = o.config.DATABASE_MIGRATION_URL ?? databaseUrl;
  return { servers: { databaseUrl, migrationUrl, kafkaBrokers, redisUrl }, stop };
}

async function database(o: InfrastructureOptions, stops: Stop[]): Promise<string> {
  if (o.config.DATABASE_URL !== undefined) return o.config.DATABASE_URL;
  o.onProgress('Starting PostgreSQL');
  const server = await startClusterPostgres(o.folder, o);
  stops.push(server.stop);
  return server.url;
}

async function kafka(o: InfrastructureOptions, stops: Stop[]): Promise<string> {
  if (o.config.KAFKA_BROKERS !== undefined) return o.config.KAFKA_BROKERS;
  o.onProgress('Starting Kafka (the first time it is fetched, 43 MB)');
  const folder = join(o.folder, 'kafka');
  try {
    const { brokers, process } = await prepareKafka(folder, o.givePort);
    await run(process, o, stops);
    return brokers;
  } catch (error) {
    const inDocker = await startKafkaInDocker(folder);
    if (inDocker === undefined) throw error;
    return inDocker;
  }
}

async function redis(o: InfrastructureOptions, stops: Stop[]): Promise<string> {
  if (o.config.REDIS_URL !== undefined) return o.config.REDIS_URL;
  o.onProgress('Starting Redis');
  const { url, process, stop } = await prepareRedis(join(o.folder, 'redis'), o.givePort);
  if (stop) stops.push(stop);
  if (process) await run(process, o, stops);
  return url;
}

/** Servers write to files of their own: people read the services' lines. */
async function run(spec: ProcessSpec, o: InfrastructureOptions, stops: Stop[]): Promise<void> {
  const log = createWriteStream(join(o.folder, `${spec.name}.log`), { flags: 'a', mode: 0o600 });
  const supervised: SupervisedProcess = superviseProcess(spec, {
    logger: o.logger,
    onOutput: (_stream, chunk) => log.write(chunk),
  });
  stops.push(async () => {
    await supervised.stop(stopMs);
    log.end();
  });
  await supervised.start();
}
