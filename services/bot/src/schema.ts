import { type Migration, type ServiceSchema, tenantPolicy } from '@omnigate/database';

const tables = `
-- question is masked; a repeat of the same wording counts up.
create table unresolved_question (
  tenant_id uuid not null, id uuid not null, question text not null, language text not null,
  count int not null default 1, dismissed boolean not null default false,
  created_at timestamptz not null default now(), last_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index unresolved_question_text on unresolved_question (tenant_id, language, md5(question));
create index unresolved_question_rank on unresolved_question (tenant_id, count desc, id) where not dismissed;

-- Why the bot did what it did, a row a turn; questions in it are masked.
create table answer_evidence (
  tenant_id uuid not null, conversation_id uuid not null, turn_id uuid not null, evidence text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, conversation_id, turn_id)
);
`;

const migrations: Migration[] = [
  {
    id: '0001_bot',
    sql: [tables, tenantPolicy('unresolved_question'), tenantPolicy('answer_evidence')].join('\n'),
  },
];

/** The schema of the bot. */
export const botSchema: ServiceSchema = {
  schema: 'bot',
  role: 'omnigate_bot',
  migrations,
  unscopedTables: [],
};
