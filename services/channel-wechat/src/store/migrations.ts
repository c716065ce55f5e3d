import {
  deliveryMigrations,
  deliveryUnscopedTables,
  mediaFetchMigrations,
  mediaFetchUnscopedTables,
} from '@omnigate/channel-kit';
import { type ServiceSchema, tenantPolicy } from '@omnigate/database';

const pushes = `
-- Pushes that were taken, so that a repeat is known as one by every process. Kept for minutes: WeChat repeats within 15 s, and
-- a push is refused when its timestamp is older than five minutes.
create table wechat_push (
  tenant_id uuid not null,
  channel_id uuid not null,
  nonce text not null,
  -- SHA-256 of the body, its first half
  digest bytea not null,
  -- of the message that it carried
  event_id uuid not null,
  create_time timestamptz not null default now(),
  primary key (tenant_id, channel_id, event_id)
);
create unique index wechat_push_nonce on wechat_push (tenant_id, channel_id, nonce);
create index wechat_push_age on wechat_push using brin (create_time) with (autosummarize = on);
${tenantPolicy('wechat_push')};

-- Customers who were not answered on a held connection.
create table wechat_customer (
  tenant_id uuid not null,
  channel_id uuid not null,
  address text not null,
  -- no bot answers in time, as where a person has the conversation: pushes are not held
  unheld boolean not null,
  -- when something was last said in another way; null: never
  spoke_time timestamptz,
  update_time timestamptz not null default now(),
  primary key (tenant_id, channel_id, address)
);
${tenantPolicy('wechat_customer')};
`;

/** Schema `channel_wechat`: what came, and the deliveries and fetched files of channel-kit. */
export const channelWechatSchema: ServiceSchema = {
  schema: 'channel_wechat',
  role: 'omnigate_channel_wechat',
  migrations: [...deliveryMigrations, ...mediaFetchMigrations, { id: 'wechat_0001_push', sql: pushes }],
  unscopedTables: [...deliveryUnscopedTables, ...mediaFetchUnscopedTables],
};
