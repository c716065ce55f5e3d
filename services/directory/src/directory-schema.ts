import type { ServiceSchema } from '@omnigate/database';
import { initialMigration } from './store/migrations/0001-initial';
import { channelAddressMigration } from './store/migrations/0002-channel-address';
import { workerKeysMigration } from './store/migrations/0002-worker-keys';

/** Schema, serving role and migrations of directory. */
export const directorySchema: ServiceSchema = {
  schema: 'directory',
  role: 'omnigate_directory',
  migrations: [initialMigration, workerKeysMigration, channelAddressMigration],
  // Read before the tenant is known.
  unscopedTables: ['tenant', 'channel_id', 'channel_address', 'api_key', 'channel_type', 'encryption_canary'],
};
