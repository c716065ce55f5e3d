import { requestTable, type ServiceSchema } from '@omnigate/database';

/** The schema of integration: what it publishes is kept by the bus, what it looks up by nobody. */
export const integrationSchema: ServiceSchema = {
  schema: 'integration',
  role: 'omnigate_integration',
  migrations: [{ id: '0001_requests', sql: requestTable }],
  unscopedTables: [],
};
