import { type Migration, requestTable, type ServiceSchema, tenantPolicy } from '@omnigate/database';

const tenantTables = ['ticket', 'ticket_event', 'ticket_number'];

const tables = `
-- state holds the numbers of the protobuf enum; media encoded omnigate.message.v1.Media each.
create table ticket (
  tenant_id uuid not null, id uuid not null, number bigint not null, type text not null, state smallint not null,
  summary text not null, form jsonb not null, media bytea[] not null, building text not null,
  worker text not null default '', refused_by text[] not null default '{}',
  conversation_id uuid, contact_id uuid, channel_id uuid, channel_type text not null default '',
  channel text not null default '', address text not null default '', thread_key text not null default '',
  language text not null, creator text not null,
  due_at timestamptz(3) not null, escalated_at timestamptz(3), close_at timestamptz(3),
  result text not null default '', result_media bytea[] not null default '{}',
  rating smallint not null default 0 check (rating between 0 and 5), rating_comment text not null default '',
  reopen_count int not null default 0, seq bigint not null default 0,
  created_at timestamptz(3) not null, updated_at timestamptz(3) not null,
  primary key (tenant_id, id),
  unique (tenant_id, number)
) with (fillfactor = 80);
create index ticket_worker on ticket (tenant_id, worker, number) where worker <> '';
-- 2 and 3: assigned, accepted.
create index ticket_unfinished on ticket (tenant_id, worker) where state in (2, 3);
create index ticket_conversation on ticket (tenant_id, conversation_id) where conversation_id is not null;

create table ticket_event (
  tenant_id uuid not null, ticket_id uuid not null, seq bigint not null, kind smallint not null,
  actor text not null, note text not null, created_at timestamptz(3) not null,
  primary key (tenant_id, ticket_id, seq)
);

-- The last number that was given.
create table ticket_number (tenant_id uuid primary key, last bigint not null);

-- When a ticket is to be escalated or closed. Ids and clocks only: it is read before the tenant is known.
create table ticket_deadline (
  tenant_id uuid not null, ticket_id uuid not null, due_at timestamptz(3) not null,
  primary key (tenant_id, ticket_id)
);
create index ticket_deadline_due on ticket_deadline (due_at, ticket_id);
`;

const migrations: Migration[] = [
  {
    id: '0001_tickets',
    sql: [tables, ...tenantTables.map((table) => tenantPolicy(table)), requestTable].join('\n'),
  },
];

/** The schema of tickets. */
export const ticketSchema: ServiceSchema = {
  schema: 'ticket',
  role: 'omnigate_ticket',
  migrations,
  unscopedTables: ['ticket_deadline'],
};
