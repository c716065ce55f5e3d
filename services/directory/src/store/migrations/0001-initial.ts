import { type Migration, tenantPolicy } from '@omnigate/database';

/** Tables of directory. Times have milliseconds, as clients see them, so that page tokens meet the same rows again. */
export const initialMigration: Migration = {
  id: '0001_initial',
  sql: `
create table tenant (
  id uuid primary key,
  name text not null unique
);

create table channel_id (
  id uuid primary key,
  tenant_id uuid not null
);

create table api_key (
  hash bytea primary key check (length(hash) = 32),
  tenant_id uuid not null,
  id uuid not null unique,
  name text not null,
  roles text[] not null,
  agent_id uuid,
  agent text
);

create table channel_type (
  type text primary key,
  adapter_service text not null,
  manifest jsonb not null
);

-- One envelope of a known text, by which a start tells whether its key fits the stored secrets.
create table encryption_canary (
  single boolean primary key default true check (single),
  envelope text not null
);

create table resource (
  tenant_id uuid not null,
  kind text not null,
  name text not null,
  id uuid not null,
  spec jsonb not null,
  secrets jsonb not null,
  hash bytea not null,
  revision bigint not null,
  applied_by_operator boolean not null,
  create_time timestamptz(3) not null default now(),
  update_time timestamptz(3) not null default now(),
  primary key (tenant_id, kind, name),
  unique (tenant_id, id)
);
create index resource_newest on resource (tenant_id, kind, create_time desc, name);
${tenantPolicy('resource')}

create table kind_revision (
  tenant_id uuid not null,
  kind text not null,
  revision bigint not null,
  primary key (tenant_id, kind)
);
${tenantPolicy('kind_revision')}

create table audit_entry (
  tenant_id uuid not null,
  id uuid not null,
  actor text not null,
  action text not null,
  object text not null,
  create_time timestamptz(3) not null default now(),
  primary key (tenant_id, id)
);
${tenantPolicy('audit_entry')}

-- What has been done stays written.
revoke update, delete, truncate on audit_entry from omnigate_directory;

create table channel_log (
  tenant_id uuid not null,
  channel_id uuid not null,
  occurred_time timestamptz(3) not null,
  id uuid not null,
  stage text not null,
  code text not null,
  detail text not null,
  suppressed_count integer not null,
  primary key (tenant_id, channel_id, occurred_time, id)
);
${tenantPolicy('channel_log')}
`,
};
