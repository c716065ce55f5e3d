import { type Migration, type ServiceSchema, tenantPolicy } from '@omnigate/database';

/** Tables that carry what belongs to a tenant; each has row-level security. */
const tenantTables = [
  'inbound_key',
  'contact',
  'address',
  'consent_entry',
  'consent',
  'conversation',
  'message',
  'delivery',
  'offer',
  'agent_presence',
  'request',
];

const tables = `
create table inbound_key (
  tenant_id uuid not null, channel_id uuid not null, event_id uuid not null,
  received_at timestamptz not null default now(),
  primary key (tenant_id, channel_id, event_id)
);
create index inbound_key_age on inbound_key using brin (received_at) with (autosummarize = on);

create table contact (
  tenant_id uuid not null, id uuid not null, name text not null default '',
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create table address (
  tenant_id uuid not null, namespace text not null, value text not null, contact_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, namespace, value)
);
create index address_contact on address (tenant_id, contact_id);

-- Every change of consent is kept; the table consent holds what is in force.
create table consent_entry (
  tenant_id uuid not null, id uuid not null, channel_id uuid not null, address text not null,
  opted_out boolean not null, source text not null, message_id uuid,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create table consent (
  tenant_id uuid not null, channel_id uuid not null, address text not null,
  opted_out boolean not null, updated_at timestamptz not null default now(),
  primary key (tenant_id, channel_id, address)
);

-- state and owner hold the numbers of the protobuf enums.
create table conversation (
  tenant_id uuid not null, id uuid not null, channel_id uuid not null, address text not null, thread_key text not null,
  contact_id uuid not null, state smallint not null, owner smallint not null, team text not null,
  agent_id uuid, agent text not null default '', language text not null default '',
  inbound_count int not null default 0, message_seq int not null default 0, seq int not null default 0,
  dialogue_state text not null default '', handoff bytea, queued_at timestamptz,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
) with (fillfactor = 70);
create unique index conversation_open on conversation (tenant_id, channel_id, address, thread_key) where state = 1;
create index conversation_agent on conversation (tenant_id, agent_id) where agent_id is not null;

create table message (
  tenant_id uuid not null, conversation_id uuid not null, seq int not null, id uuid not null,
  direction smallint not null, role smallint not null, sender_address text not null default '',
  sender_name text not null default '', content bytea not null, attachments bytea,
  provider_message_id text not null default '',
  occurred_at timestamptz not null, created_at timestamptz not null default now(),
  primary key (tenant_id, conversation_id, seq)
);

-- What message.status has told of each outbound message. Those of a conversation are found by its messages: an index by
-- conversation would touch a page of its own for nearly every message.
create table delivery (
  tenant_id uuid not null, message_id uuid not null, conversation_id uuid not null,
  channel_id uuid not null, address text not null, state smallint not null, attempts int not null default 0,
  error_code text not null default '', provider_message_id text not null default '',
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  primary key (tenant_id, message_id)
) with (fillfactor = 80);

-- Ids and clocks only: it is read before the tenant is known, when work of a dead process is taken over.
create table turn (
  tenant_id uuid not null, conversation_id uuid not null, id uuid not null,
  from_seq int not null, covers_seq int not null, fence int not null default 1, rerun boolean not null default false, reran boolean not null default false,
  takeovers int not null default 0, state text not null, holder text not null default '',
  lease_until timestamptz, clock_until timestamptz, created_at timestamptz not null default now(),
  primary key (tenant_id, conversation_id)
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000);

create table offer (
  tenant_id uuid not null, id uuid not null, conversation_id uuid not null, agent_id uuid not null,
  agent text not null, team text not null, state smallint not null, expires_at timestamptz not null,
  created_at timestamptz not null default now(), settled_at timestamptz,
  primary key (tenant_id, id)
);
create unique index offer_open on offer (tenant_id, conversation_id) where state = 1;
create index offer_open_agent on offer (tenant_id, agent_id) where state = 1;
create index offer_conversation on offer (tenant_id, conversation_id, created_at);
-- Ids and clocks only, as turn.
create table offer_deadline (
  tenant_id uuid not null, offer_id uuid not null, conversation_id uuid not null, expires_at timestamptz not null,
  primary key (tenant_id, offer_id)
);

-- Ids, team names and clocks only: after a start, what waits is found before its tenants are known.
create table queue_entry (
  tenant_id uuid not null, conversation_id uuid not null, team text not null, priority int not null,
  queued_at timestamptz not null,
  primary key (tenant_id, conversation_id)
);
create index queue_entry_place on queue_entry (tenant_id, team, priority, queued_at, conversation_id);

create table agent_presence (
  tenant_id uuid not null, agent_id uuid not null, agent text not null, state smallint not null,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, agent_id)
);

create table request (
  tenant_id uuid not null, request_id uuid not null, payload_hash text not null, response bytea not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, request_id)
);
create index request_age on request (tenant_id, created_at);
`;

// As it was first made; the next migration takes it back.
const expiry = `
create policy expired_read on inbound_key for select using (received_at < now() - interval '8 days');
create policy expired_delete on inbound_key for delete using (received_at < now() - interval '8 days');
`;

const policies = tenantTables.map((table) => tenantPolicy(table));
// Every row is its tenant's alone, an old one too: retention works tenant by tenant.
const withoutExpiry = `
drop policy expired_read on inbound_key;
drop policy expired_delete on inbound_key;
`;

const replyTables = ['reply_window', 'reply_reservation'];
// What a provider lets a business send to an address: a window is opened by what the customer does, and its number rises
// each time; used counts what is spent of it and all that is reserved.
const replyLedger = `
create table reply_window (
  tenant_id uuid not null, channel_id uuid not null, address text not null, after text not null,
  number int not null default 1, opened_at timestamptz not null, closes_at timestamptz not null,
  max_messages int not null, used int not null default 0,
  primary key (tenant_id, channel_id, address, after)
) with (fillfactor = 80);
-- state: reserved until the send has an end, then spent or released; number is that of the window it was spent in.
create table reply_reservation (
  tenant_id uuid not null, message_id uuid not null, channel_id uuid not null, address text not null, after text not null,
  number int not null, state text not null default 'reserved', created_at timestamptz not null default now(),
  primary key (tenant_id, message_id)
) with (fillfactor = 80);
create index reply_reservation_open on reply_reservation (tenant_id, channel_id, address, after) where state = 'reserved';
create index reply_reservation_age on reply_reservation using brin (created_at) with (autosummarize = on);
`;

// What became of each business event: reason is empty while told, and message_id is set.
const businessEvents = `
create table business_event (
  tenant_id uuid not null, id uuid not null, name text not null, told boolean not null default false,
  reason text not null default '', contact_id uuid, channel_id uuid, conversation_id uuid, message_id uuid,
  occurred_at timestamptz not null, created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index business_event_age on business_event using brin (created_at) with (autosummarize = on);
-- The newest conversation of an address, resolved ones too.
create index conversation_address on conversation (tenant_id, channel_id, address, id);
`;

// Those that the bot has, the oldest first: what has been open for long is looked at whether the customer still writes.
// Neither column changes while it is so, so that an update of such a row touches no index.
const idleConversations = `
create index conversation_idle on conversation (tenant_id, created_at) where state = 1 and owner = 1;
`;

// What the customer thought of a conversation that has ended.
const rating = `
alter table conversation add column rating_score smallint check (rating_score between 1 and 5),
  add column rating_comment text not null default '';
`;

const menuTables = ['offered_menu', 'ticket_request'];
// menu_until: what comes from the address before then may answer a menu, and is looked at. A menu is one that a notice of a
// ticket showed: options is JSON. A request to the ticket service waits for files that are being fetched; its deadline
// holds ids and clocks only, as offers' do.
const menus = `
alter table address add column menu_until timestamptz;
create table offered_menu (
  tenant_id uuid not null, id uuid not null, channel_id uuid not null, address text not null, thread_key text not null,
  conversation_id uuid not null, seq int not null, options text not null, answered_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index offered_menu_place on offered_menu (tenant_id, channel_id, address, thread_key, created_at);
create table ticket_request (
  tenant_id uuid not null, request_id uuid not null, conversation_id uuid not null, value bytea not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, request_id)
);
create index ticket_request_conversation on ticket_request (tenant_id, conversation_id);
create table ticket_request_deadline (
  tenant_id uuid not null, request_id uuid not null, conversation_id uuid not null, due_at timestamptz not null,
  primary key (tenant_id, request_id)
);
`;

const migrations: Migration[] = [
  { id: '0001_conversations', sql: [tables, ...policies, expiry].join('\n') },
  { id: '0002_keys_of_tenants_alone', sql: withoutExpiry },
  {
    id: '0003_reply_windows',
    sql: [replyLedger, ...replyTables.map((table) => tenantPolicy(table))].join('\n'),
  },
  { id: '0104_rating', sql: rating },
  { id: '0106_menus', sql: [menus, ...menuTables.map((table) => tenantPolicy(table))].join('\n') },
  { id: '0107_idle_conversations', sql: idleConversations },
  { id: '0108_business_events', sql: [businessEvents, tenantPolicy('business_event')].join('\n') },
];

/** The schema of routing. The unscoped tables hold ids and clocks alone and are read before the tenant is known. */
export const routingSchema: ServiceSchema = {
  schema: 'routing',
  role: 'omnigate_routing',
  migrations,
  unscopedTables: ['turn', 'offer_deadline', 'queue_entry', 'ticket_request_deadline'],
};
