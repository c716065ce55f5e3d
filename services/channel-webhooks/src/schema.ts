import { deliveryMigrations, deliveryUnscopedTables } from '@omnigate/channel-kit';
import type { ServiceSchema } from '@omnigate/database';

/** The schema of channel-webhooks: its deliveries. */
export const channelWebhooksSchema: ServiceSchema = {
  schema: 'channel_webhooks',
  role: 'omnigate_channel_webhooks',
  migrations: deliveryMigrations,
  unscopedTables: deliveryUnscopedTables,
};
