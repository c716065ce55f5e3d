import { deliveryMigrations, deliveryUnscopedTables } from '@omnigate/channel-kit';
import { type ServiceSchema, tenantPolicy } from '@omnigate/database';

const threads = `
-- An exchange of mails with one address; subject is that of its first mail, as it is answered.
create table mail_thread (
  tenant_id uuid not null, channel_id uuid not null, address text not null, thread_key text not null,
  subject text not null, subject_key text not null,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
  primary key (tenant_id, channel_id, address, thread_key)
);
create index mail_thread_subject on mail_thread (tenant_id, channel_id, address, subject_key, updated_at);

-- Which thread a Message-ID belongs to: those of customers and those of ours.
create table mail_message (
  tenant_id uuid not null, channel_id uuid not null, message_id text not null,
  address text not null, thread_key text not null, inbound boolean not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, channel_id, message_id)
);
create index mail_message_thread on mail_message (tenant_id, channel_id, address, thread_key, created_at);
`;

/** The schema of channel-email: its deliveries, and which mails belong together. */
export const channelEmailSchema: ServiceSchema = {
  schema: 'channel_email',
  role: 'omnigate_channel_email',
  migrations: [
    ...deliveryMigrations,
    {
      id: '0003_mail_threads',
      sql: [threads, ...['mail_thread', 'mail_message'].map((table) => tenantPolicy(table))].join('\n'),
    },
  ],
  unscopedTables: deliveryUnscopedTables,
};
