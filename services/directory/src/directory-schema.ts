import type { ServiceSchema } from '@omnigate/database';
import { initialMigration } from './store/migrations/0001-initial';
import { workerKeysMigration } from './store/migrations/0002-worker-keys';

/** Schema, serving role and migrations of directory. */
export const directorySchema: ServiceSchema = {
  schema: 'directory',
  role: 'omnigate_directory',
  migrations: [initialMigration, workerKeysMigration],
  // Read before the tenant is known.
  unscopedTables: ['tenant', 'channel_id', 'api_key', 'channel_type', 'encryption_canary'],
};
