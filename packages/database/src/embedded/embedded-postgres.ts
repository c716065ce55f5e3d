import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@omnigate/errors';
import type { Logger } from '@omnigate/runtime';
import type { Client } from 'pg';
import { findBinaries } from './binaries';
import { type Cluster, clusterName, ensureCluster, locateCluster } from './cluster';
import { clusterUrl } from './login';
import { endServer, readPostmaster } from './postmaster';
import { anyPort, ensureServer, type RunningServer, type ServerOptions } from './server';

/** What `startEmbeddedPostgres` needs to know. */
export interface EmbeddedPostgresOptions {
  /** Folder for the data (`postgres`), the password and port (`postgres.json`, 0600) and the start's log. */
  dataDir: string;
  logger: Logger;
  /** Port on 127.0.0.1 for a new cluster; default: a free one, kept for later starts as long as it is free. */
  port?: number;
  /** Called with a line for the user while something takes long. */
  onProgress?: (line: string) => void;
  /** Connections that it takes at most; default 60. */
  maxConnections?: number;
  /** No fsync: a power cut destroys the data. Unit tests only. */
  unsafeNoSync?: boolean;
}

/** A PostgreSQL of our own. */
export interface EmbeddedPostgres {
  /** Superuser's URL of the database `omnigate`. Holds the password: not for logs. */
  url: string;
  /** It was left running by a process that was killed. */
  adopted: boolean;
  /** Fast shutdown, waited for. */
  stop(): Promise<void>;
  /** Lets go of the server and leaves it running; whoever starts on this folder next takes it over. */
  leave(): Promise<void>;
}

/** Held as long as this process lives; the server lets go of it in the moment this process is killed. */
const ownerLock = "select pg_try_advisory_lock(hashtext('omnigate.owner')) as held";
const ownerLockWaitMs = 5_000;
const restartPauseMs = 500;

/** @throws AppError CONFIG_INVALID while another process lives on this data folder */
async function becomeOwner(owner: Client, cluster: Cluster): Promise<void> {
  const end = Date.now() + ownerLockWaitMs;
  while (Date.now() < end) {
    const { rows } = await owner.query<{ held: boolean }>(ownerLock);
    if (rows[0]?.held) return;
    await sleep(100);
  }
  throw new AppError('CONFIG_INVALID', {
    reason: `another Omnigate is running on ${cluster.dataDir}; stop it, or set OMNIGATE_DATA_DIR to another folder`,
  });
}

async function ensureDatabase(owner: Client): Promise<void> {
  const { rowCount } = await owner.query('select from pg_database where datname = $1', [clusterName]);
  if (rowCount === 0) await owner.query(`create database ${clusterName}`);
}

async function takeOver(cluster: Cluster, o: ServerOptions): Promise<RunningServer> {
  const running = await ensureServer(cluster, o);
  try {
    await becomeOwner(running.owner, cluster);
    await ensureDatabase(running.owner);
    return running;
  } catch (error) {
    await running.owner.end().catch(() => undefined);
    throw error;
  }
}

/** Starts the server again when it dies under us (out of memory, killed); pools find it on the same port. */
function supervise(cluster: Cluster, first: RunningServer, o: ServerOptions, logger: Logger) {
  let stopping = false;
  let owner = first.owner;
  let recovering: Promise<void> = Promise.resolve();
  const recover = async () => {
    while (!stopping) {
      try {
        owner = (await takeOver(cluster, { ...o, keepPort: true })).owner;
        watch();
        logger.warn({}, 'embedded database is back');
        return;
      } catch (error) {
        logger.error({ err: error }, 'embedded database did not come back');
        await sleep(restartPauseMs);
      }
    }
  };
  const watch = () =>
    owner.once('end', () => {
      if (stopping) return;
      logger.error({}, 'embedded database was lost');
      recovering = recover();
    });
  watch();
  const leave = async () => {
    stopping = true;
    await recovering;
    await owner.end().catch(() => undefined);
  };
  const stop = async () => {
    await leave();
    const postmaster = await readPostmaster(cluster.directory);
    if (postmaster) await endServer(postmaster.pid, cluster.directory);
  };
  return { leave, stop };
}

/**
 * Starts the embedded PostgreSQL, or takes over the one that a killed process left running. While this process
 * lives, a server that dies is started again on the same port. fsync stays on.
 * @throws AppError CONFIG_INVALID, saying what to do, when there is no server for this system, its user can't reach
 *   data or programs, the data is another version's, or another process uses it
 */
export async function startEmbeddedPostgres(o: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const onProgress = o.onProgress ?? (() => undefined);
  const unsafeNoSync = o.unsafeNoSync ?? false;
  const cluster = await locateCluster(o.dataDir, async () => o.port ?? (await anyPort()));
  const binaries = await findBinaries(cluster.user, onProgress);
  await ensureCluster(cluster, binaries, { unsafeNoSync, onProgress });
  const { maxConnections } = o;
  const serverOptions: ServerOptions = {
    binaries,
    unsafeNoSync,
    maxConnections,
    onProgress,
    keepPort: false,
  };
  const running = await takeOver(cluster, serverOptions);
  const keptCluster = { ...cluster, port: running.port };
  return {
    url: clusterUrl(cluster, running.port),
    adopted: running.adopted,
    ...supervise(keptCluster, running, serverOptions, o.logger),
  };
}
