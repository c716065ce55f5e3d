/** One step of a schema's history. It runs in one transaction with the schema as the search path. */
export interface Migration {
  /** Such as `0001_contact`; migrations run in the order of their list. */
  id: string;
  /** One or many commands. Once applied anywhere it must not change; add another migration instead. */
  sql: string;
}

/** A service's part of the database. */
export interface ServiceSchema {
  schema: string;
  /** The serving role: can't log in, owns nothing, is bound by row-level security. */
  role: string;
  migrations: Migration[];
  /** The named list: tables that are read before the tenant is known. All others need `tenantPolicy`. */
  unscopedTables: string[];
}

/** Group of all serving roles. The bus's migrations grant to it what publishing and moving positions need. */
export const busUserRole = 'omnigate_bus_user';

/** Table of each schema that records what was applied. Serving roles can't reach it. */
export const migrationTable = 'schema_migration';
