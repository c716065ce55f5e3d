import { type Migration, tenantPolicy } from '@omnigate/database';

const tables = `
-- Files that routing asked for; media is what is known of it until it was told what became of it. The row then stays
-- a while, so that who asks twice gets one file.
create table media_fetch (
  tenant_id uuid not null, message_id uuid not null, item_index int not null,
  channel_id uuid not null, channel_type text not null, conversation_id text not null, key text not null,
  media bytea, traceparent text, created_at timestamptz not null default now(),
  primary key (tenant_id, message_id, item_index)
);
create index media_fetch_age on media_fetch (tenant_id, created_at);

-- Those still to be had: ids and clocks alone, read before the tenant is known. A claim is a due time in the future.
create table media_fetch_due (
  tenant_id uuid not null, message_id uuid not null, item_index int not null,
  due_at timestamptz not null default now(), attempts int not null default 0,
  primary key (tenant_id, message_id, item_index)
);
create index media_fetch_due_order on media_fetch_due (tenant_id, due_at);
`;

/** The tables of fetching, for the schema of each adapter service whose providers keep customers' files. */
export const mediaFetchMigrations: Migration[] = [
  { id: '0101_media_fetch', sql: [tables, tenantPolicy('media_fetch')].join('\n') },
];

/** Those of the named list. */
export const mediaFetchUnscopedTables: string[] = ['media_fetch_due'];
