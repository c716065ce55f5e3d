export { createDatabase, type Database, type DatabaseOptions } from './database';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded/embedded-postgres';
export { isTransient, sqlState } from './failure';
export { createListener, type Listener, type ListenerOptions } from './listener';
export { migrate } from './migrate';
export { type OnceRequest, once, requestTable } from './once';
export { busUserRole, type Migration, migrationTable, type ServiceSchema } from './service-schema';
export { plainIdentifier, type Queryable, quoteIdentifier, quoteLiteral, type Statement } from './statement';
export { checkTenantIsolation } from './tenant-isolation';
export { tenantPolicy, tenantPolicyName } from './tenant-policy';
export type { CommitSink, Scope, Transaction } from './transaction';
