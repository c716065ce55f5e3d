import type { Migration } from '@omnigate/database';

/** By which a channel is found before its tenant is known. */
export const channelAddressMigration: Migration = {
  id: '0002_channel_address',
  sql: `
create table channel_address (
  hash bytea primary key check (length(hash) = 32),
  channel_id uuid not null unique
);
`,
};
