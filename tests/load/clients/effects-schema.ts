import type { ServiceSchema } from '@omnigate/database';

/** Where a consumer would have its effects; it has none but its position. */
export const effects: ServiceSchema = {
  schema: 'bench',
  role: 'omnigate_bench',
  migrations: [],
  unscopedTables: [],
};
