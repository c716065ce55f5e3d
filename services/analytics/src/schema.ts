import { type Migration, type ServiceSchema, tenantPolicy } from '@omnigate/database';

const tenantTables = ['conversation_fact', 'ticket_fact', 'figure', 'conversation_word', 'word_day'];

const tables = `
-- What is known of each conversation, from which its figures come; nothing that anybody wrote. last and missing: numbers of
-- the changes that were counted. handoffs: SLOT:REASON. volumes: slot, inbound and outbound messages, slot after slot.
create table conversation_fact (
  tenant_id uuid not null, id uuid not null, channel text not null, opened_at timestamptz not null,
  last int not null, missing int[] not null,
  first_inbound_at timestamptz, first_answer_at timestamptz, handed_over_at timestamptz, agent_answer_at timestamptz,
  resolved_at timestamptz, resolution smallint not null, had_person boolean not null,
  rated_at timestamptz, score smallint not null, handoffs text[] not null, volumes int[] not null,
  primary key (tenant_id, id)
) with (fillfactor = 70);

create table ticket_fact (
  tenant_id uuid not null, id uuid not null, channel text not null, type text not null, building text not null,
  last int not null, missing int[] not null,
  created_at timestamptz not null, completed_at timestamptz, escalated_at timestamptz, rated_at timestamptz,
  score smallint not null,
  primary key (tenant_id, id)
) with (fillfactor = 70);

-- Counts of 15 minutes of UTC each, slot by slot since 1970; the sum of what all facts count for. counted_to: the newest
-- change in it.
create table figure (
  tenant_id uuid not null, slot int not null, measure text not null, channel text not null, label text not null,
  count bigint not null, counted_to timestamptz not null,
  primary key (tenant_id, slot, measure, channel, label)
) with (fillfactor = 80);

-- Hashes of the words that were counted of a conversation on a day of its tenant's zone; for three days.
create table conversation_word (
  tenant_id uuid not null, conversation_id uuid not null, day date not null, hashes int[] not null,
  primary key (tenant_id, conversation_id, day)
) with (fillfactor = 70);
create index conversation_word_day on conversation_word (tenant_id, day);

-- In how many conversations a word was on a day of the tenant's zone; the empty word: conversations with any.
create table word_day (
  tenant_id uuid not null, day date not null, channel text not null, word text not null, conversations int not null,
  primary key (tenant_id, day, channel, word)
) with (fillfactor = 70);
`;

const migrations: Migration[] = [
  { id: '0001_figures', sql: [tables, ...tenantTables.map((table) => tenantPolicy(table))].join('\n') },
];

/** The schema of analytics. */
export const analyticsSchema: ServiceSchema = {
  schema: 'analytics',
  role: 'omnigate_analytics',
  migrations,
  unscopedTables: [],
};
