import {
  deliveryMigrations,
  deliveryUnscopedTables,
  mediaFetchMigrations,
  mediaFetchUnscopedTables,
} from '@omnigate/channel-kit';
import type { ServiceSchema } from '@omnigate/database';

/** The schema of channel-webhooks: its deliveries, and the files that its providers keep. */
export const channelWebhooksSchema: ServiceSchema = {
  schema: 'channel_webhooks',
  role: 'omnigate_channel_webhooks',
  migrations: [...deliveryMigrations, ...mediaFetchMigrations],
  unscopedTables: [...deliveryUnscopedTables, ...mediaFetchUnscopedTables],
};
