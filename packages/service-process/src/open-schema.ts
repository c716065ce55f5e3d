import { createDatabase, type Database, type ServiceSchema } from '@omnigate/database';
import type { Logger } from '@omnigate/runtime';

/**
 * Opens a service's schema in its serving role.
 *
 * @param url the database's URL.
 * @param schema the service's schema.
 * @param options connections at most, and the logger.
 * @returns the database.
 */
export function openSchema(
  url: string,
  schema: ServiceSchema,
  options: { poolSize: number; logger: Logger },
): Database {
  return createDatabase({
    url,
    schema: schema.schema,
    role: schema.role,
    applicationName: `omnigate-${schema.schema}`,
    ...options,
  });
}
