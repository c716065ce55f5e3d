import { join } from 'node:path';
import { botSchema } from '@omnigate/bot';
import { busSchema } from '@omnigate/bus';
import { channelWebSchema } from '@omnigate/channel-web';
import { channelWebhooksSchema } from '@omnigate/channel-webhooks';
import { migrate, type ServiceSchema, startEmbeddedPostgres } from '@omnigate/database';
import { directorySchema } from '@omnigate/directory';
import { routingSchema } from '@omnigate/routing';
import type { Logger } from '@omnigate/runtime';
import { ticketSchema } from '@omnigate/ticket';

/** The schemas of all services, the bus first: the others publish to it. */
export const schemas: ServiceSchema[] = [
  busSchema,
  directorySchema,
  routingSchema,
  botSchema,
  channelWebhooksSchema,
  channelWebSchema,
  ticketSchema,
];

/** Where the database is. */
export interface DatabaseServer {
  url: string;
  migrationUrl: string;
  stop(): Promise<void>;
}

/** What opening needs. */
export interface DatabaseOptions {
  dataFolder: string;
  url: string | undefined;
  migrationUrl: string | undefined;
  logger: Logger;
  onProgress(line: string): void;
}

/**
 * Starts the embedded PostgreSQL, or takes the one given, and brings its schemas up to date.
 *
 * @param options where it is.
 * @returns the server; stop() ends an embedded one.
 * @throws AppError DATABASE_UNAVAILABLE.
 */
export async function openDatabaseServer(options: DatabaseOptions): Promise<DatabaseServer> {
  const { logger, onProgress } = options;
  const server = options.url === undefined ? await startEmbedded(options) : undefined;
  const url = options.url ?? server?.url ?? '';
  const migrationUrl = options.migrationUrl ?? url;
  onProgress('Preparing the database');
  try {
    await migrate(migrationUrl, schemas, logger, url);
  } catch (error) {
    // Nobody else would: it outlives this process.
    await server?.stop();
    throw error;
  }
  return { url, migrationUrl, stop: async () => server?.stop() };
}

async function startEmbedded({ dataFolder, logger, onProgress }: DatabaseOptions) {
  onProgress('Starting PostgreSQL');
  return startEmbeddedPostgres({ dataDir: join(dataFolder, 'postgres'), logger, onProgress });
}
