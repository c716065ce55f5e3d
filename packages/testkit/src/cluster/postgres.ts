import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@omnigate/database';
import type { Logger } from '@omnigate/runtime';
import { leaveWill } from '../processes/last-will';

/** Processes of all services, twice, with their pools. */
const connections = 300;

/** A fast shutdown: nothing is lost, and nobody is waited for. */
const shutdown = 'pid=$(head -n 1 "$1" 2>/dev/null); [ -z "$pid" ] || kill -INT "$pid"';

/** A PostgreSQL of the cluster's own. */
export interface ClusterPostgres {
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL, which is started again when it dies and ends with this process, however that ends.
 *
 * @param folder for its data.
 * @param o the logger, and who is told what takes long.
 * @returns the running server.
 * @throws AppError CONFIG_INVALID, saying what to do.
 */
export async function startClusterPostgres(
  folder: string,
  o: { logger: Logger; onProgress(line: string): void },
): Promise<ClusterPostgres> {
  const server = await startEmbeddedPostgres({ dataDir: folder, maxConnections: connections, ...o });
  const callOff = leaveWill(shutdown, [join(dataDirectory(folder), 'postmaster.pid')]);
  return {
    url: server.url,
    async stop() {
      await server.stop();
      callOff();
    },
  };
}

/** PostgreSQL's own folder, which may be elsewhere where this process is root. */
function dataDirectory(folder: string): string {
  const record = join(folder, 'postgres.json');
  if (!existsSync(record)) return join(folder, 'postgres');
  const { data_directory: directory } = JSON.parse(readFileSync(record, 'utf8')) as {
    data_directory: string;
  };
  return directory.startsWith('/') ? directory : join(folder, directory);
}
