import { deliveryMigrations, deliveryUnscopedTables } from '@omnigate/channel-kit';
import { type ServiceSchema, tenantPolicy } from '@omnigate/database';

const mailbox = `
create table web_channel_key (
  tenant_id uuid not null,
  channel_id uuid not null,
  -- 32 random bytes that sign the channel's visitor tokens
  secret bytea not null,
  create_time timestamptz not null default now(),
  primary key (tenant_id, channel_id)
);
${tenantPolicy('web_channel_key')};

create table web_visitor (
  tenant_id uuid not null,
  channel_id uuid not null,
  address text not null,
  last_seq bigint not null default 0,
  delivered_seq bigint not null default 0,
  read_seq bigint not null default 0,
  create_time timestamptz not null default now(),
  primary key (tenant_id, channel_id, address)
);
${tenantPolicy('web_visitor')};

-- Every visitor's mailbox: what they wrote and what was written to them.
create table web_event (
  tenant_id uuid not null,
  channel_id uuid not null,
  address text not null,
  seq bigint not null,
  -- inbound: the event id, made of the page's cid; outbound: the message id
  id uuid not null,
  -- the page's own id; null for outbound
  cid text,
  role text not null check (role in ('customer', 'bot', 'agent', 'system')),
  name text not null,
  -- JSON as the page gets it
  content text not null,
  create_time timestamptz not null default now(),
  primary key (tenant_id, channel_id, address, seq)
);
create unique index web_event_id on web_event (tenant_id, channel_id, address, id);
${tenantPolicy('web_event')};
`;

/**
 * Appends a batch of events to their mailboxes in the batch's order. An id that is there already, or twice in the batch,
 * is not appended again and gets the first one's seq. Visitors are locked in the order of their key, and the mailboxes are
 * read by later statements, so that they are read as the lock found them (READ COMMITTED).
 */
const append = `
create function append_web_events(
  tenants uuid[], channels uuid[], addresses text[], ids uuid[], cids text[], roles text[], names text[], contents text[]
) returns table (ord int, seq bigint, fresh boolean, same boolean, create_time timestamptz)
language plpgsql as $$
#variable_conflict use_column
begin
  insert into web_visitor (tenant_id, channel_id, address)
  select distinct t, c, a from unnest(tenants, channels, addresses) as v(t, c, a) order by t, c, a
  on conflict do nothing;

  perform 1 from web_visitor v
  where (v.tenant_id, v.channel_id, v.address) in (select t, c, a from unnest(tenants, channels, addresses) as i(t, c, a))
  order by v.tenant_id, v.channel_id, v.address for no key update of v;

  return query
  with item as (
    select i.*, row_number() over (partition by t, c, a, id order by n) as copy
    from unnest(tenants, channels, addresses, ids, cids, roles, names, contents)
      with ordinality as i(t, c, a, id, cid, role, name, content, n)
  ), known as (
    select i.n, e.seq, e.content, e.create_time from item i
    join web_event e on (e.tenant_id, e.channel_id, e.address, e.id) = (i.t, i.c, i.a, i.id)
  ), placed as (
    select i.*, v.last_seq + row_number() over (partition by i.t, i.c, i.a order by i.n) as seq
    from item i join web_visitor v on (v.tenant_id, v.channel_id, v.address) = (i.t, i.c, i.a)
    where i.copy = 1 and not exists (select from known k where k.n = i.n)
  ), inserted as (
    insert into web_event (tenant_id, channel_id, address, seq, id, cid, role, name, content)
    select t, c, a, seq, id, cid, role, name, content from placed order by t, c, a, seq
    returning tenant_id, channel_id, address, id, seq, content, create_time
  ), moved as (
    update web_visitor v set last_seq = m.seq
    from (select t, c, a, max(seq) as seq from placed group by t, c, a) m
    where (v.tenant_id, v.channel_id, v.address) = (m.t, m.c, m.a)
  )
  select i.n::int, coalesce(k.seq, f.seq), k.n is null and i.copy = 1, coalesce(k.content, f.content) = i.content,
    coalesce(k.create_time, f.create_time)
  from item i
  left join known k on k.n = i.n
  left join inserted f on (f.tenant_id, f.channel_id, f.address, f.id) = (i.t, i.c, i.a, i.id)
  order by i.n;
end $$;
`;

/** Schema `channel_web`: mailboxes, keys of visitor tokens, and the deliveries of channel-kit. */
export const channelWebSchema: ServiceSchema = {
  schema: 'channel_web',
  role: 'omnigate_channel_web',
  migrations: [
    ...deliveryMigrations,
    { id: 'web_0001_mailbox', sql: mailbox },
    { id: 'web_0002_append', sql: append },
  ],
  unscopedTables: deliveryUnscopedTables,
};
