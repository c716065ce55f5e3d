import { type Bus, busSchema, createPostgresBus } from '@omnigate/bus';
import { createDatabase, type Database, type ServiceSchema } from '@omnigate/database';
import { createLogger, createMetrics, type Logger, type Metrics } from '@omnigate/runtime';
import { freshDatabase } from '../database/fresh-database';
import { collectPublished, type Published } from './published';

/** How a bed differs from the usual. */
export interface AdapterBedOptions {
  /** A bed whose database is used; it is closed first. */
  beside?: Pick<AdapterBed, 'databaseUrl'>;
  /** No other bus is on the database; default true. */
  exclusive?: boolean;
  /** Nothing is to outlast a crash. */
  unsafeNoSync?: boolean;
}

/** What is real below an adapter service in its tests. */
export interface AdapterBed {
  /** A superuser's. */
  databaseUrl: string;
  /** The service's own, as its serving role. */
  database: Database;
  bus: Bus;
  logger: Logger;
  metrics: Metrics;
  published: Published;
  /** Closes all of it, and drops the database unless it is another's. */
  close(): Promise<void>;
}

/**
 * Opens a database with a bus for an adapter service, and collects what is published.
 *
 * @param schema the service's.
 * @param o how it differs.
 * @returns the bed; the caller closes it when the service has stopped.
 */
export async function openAdapterBed(
  serviceSchema: ServiceSchema,
  o: AdapterBedOptions = {},
): Promise<AdapterBed> {
  const { schema, role } = serviceSchema;
  const logger = createLogger({ service: `${schema}-test`, level: 'silent' });
  const metrics = createMetrics();
  const { url, drop } = o.beside
    ? { url: o.beside.databaseUrl, drop: async () => {} }
    : await freshDatabase([busSchema, serviceSchema]);
  const { exclusive = true, unsafeNoSync = false } = o;
  const database = createDatabase({ url, schema, role, applicationName: 'test', logger, unsafeNoSync });
  const bus = createPostgresBus({ url, logger, metrics, exclusive, unsafeNoSync });
  await bus.start();
  const published = await collectPublished(bus);
  return {
    databaseUrl: url,
    database,
    bus,
    logger,
    metrics,
    published,
    async close() {
      await published.stop();
      await bus.stop();
      await database.end();
      await drop();
    },
  };
}
