import { type Migration, tenantPolicy } from '@omnigate/database';

const tables = `
-- state holds the number of the protobuf enum: 1 queued, 2 sending, 3 unknown, 4 sent, 5 delivered, 6 read, 7 failed.
-- seq is the order of arrival, and so the order within a key. payload is the MessageSend, until the delivery settles.
create table delivery (
  tenant_id uuid not null, message_id uuid not null, channel_id uuid not null, channel_type text not null,
  conversation_id text not null, key text not null, address text not null,
  priority int not null, seq bigint generated always as identity, state smallint not null default 1,
  attempts int not null default 0, due_at timestamptz not null default now(), not_after timestamptz,
  claimed_by uuid, claim_until timestamptz,
  provider_message_id text not null default '', error_code text not null default '',
  payload bytea, created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  primary key (tenant_id, message_id)
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);
create index delivery_queued on delivery (tenant_id, channel_id, priority, seq) where state = 1;
create index delivery_unsettled on delivery (tenant_id, key, seq) where state in (1, 2);
create index delivery_age on delivery using brin (created_at) with (autosummarize = on);
create index delivery_provider on delivery (tenant_id, channel_id, provider_message_id) where provider_message_id <> '';

-- Receipts that came before their delivery knew the provider's id; kept 24 h.
create table early_receipt (
  tenant_id uuid not null, channel_id uuid not null, provider_message_id text not null,
  state smallint not null, error_code text not null, opted_out boolean not null, occurred_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, channel_id, provider_message_id)
);

-- Channels that ever had a delivery: ids alone, read before the tenant is known.
create table delivery_channel (
  tenant_id uuid not null, channel_id uuid not null,
  primary key (tenant_id, channel_id)
);
`;

/** The tables of deliveries, for the schema of each adapter service; put them first. */
export const deliveryMigrations: Migration[] = [
  {
    id: '0001_delivery',
    sql: [tables, ...['delivery', 'early_receipt'].map((table) => tenantPolicy(table))].join('\n'),
  },
  // W3C trace context of the message's record; null where nothing is traced.
  { id: '0002_delivery_traceparent', sql: 'alter table delivery add column traceparent text' },
];

/** Those of the named list: no tenant is known when they are read. */
export const deliveryUnscopedTables: string[] = ['delivery_channel'];
