import type { ServiceSchema } from '@omnigate/database';

/** The demo keeps nothing of its own. */
export const demoSchema: ServiceSchema = {
  schema: 'demo',
  role: 'omnigate_demo',
  migrations: [],
  unscopedTables: [],
};
