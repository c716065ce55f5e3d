import type { Migration, ServiceSchema } from '@omnigate/database';
import { appendAtOnceSql } from '../append-at-once';
import { kafkaTables, kafkaTablesSql } from '../kafka/schema';
import { fencedSqlState } from '../position';

/** Partitions of a topic. Fixed: another number would move keys between partitions, and break their order. */
export const partitionsPerTopic = 4;

const tables = `
create table topic (
  id int generated always as identity primary key,
  name text not null unique,
  partitions smallint not null,
  -- dead letters and retries of a group: what they come from
  source text,
  group_name text
);

-- One row a partition: the next offset. Appending locks it until commit, so offsets are in commit order.
create table head (
  topic_id int not null references topic,
  partition smallint not null,
  next_offset bigint not null default 0,
  primary key (topic_id, partition)
) with (fillfactor = 20);

-- The first offset that retention has kept. Apart from head, so that retention and appending don't wait for each other.
create table kept (
  topic_id int not null references topic,
  partition smallint not null,
  first_offset bigint not null default 0,
  primary key (topic_id, partition)
) with (fillfactor = 50);

create table record (
  topic_id int not null,
  partition smallint not null,
  "offset" bigint not null,
  time timestamptz not null,
  body bytea not null,
  primary key (topic_id, partition, "offset")
) with (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_insert_scale_factor = 0.5);
-- Protobuf hardly shrinks, and compressing costs more than all else here.
alter table record alter column body set storage external;

create table position (
  group_name text not null,
  topic_id int not null references topic,
  partition smallint not null,
  epoch bigint not null default 1,
  next_offset bigint not null,
  primary key (group_name, topic_id, partition)
) with (fillfactor = 20);

-- Who is there; gone after a crash of the server, and back with the next heartbeat.
create unlogged table member (
  member_id uuid primary key,
  instance uuid not null,
  group_name text not null,
  topics text[] not null,
  expires timestamptz not null
) with (fillfactor = 50);

-- What became of dead letters; whoever inserts the row decides, so that nothing is replayed twice.
create table resolution (
  topic_id int not null references topic,
  partition smallint not null,
  "offset" bigint not null,
  kind text not null check (kind in ('replayed', 'dropped')),
  time timestamptz not null default now(),
  primary key (topic_id, partition, "offset")
);
`;

// The layout is record-format.ts's.
const readers = `
create function record_key(body bytea) returns bytea language sql immutable parallel safe
  return substring(body from 3 for get_byte(body, 0) * 256 + get_byte(body, 1));
create function record_tenant(body bytea) returns bytea language sql immutable parallel safe
  return substring(body from 4 + get_byte(body, 0) * 256 + get_byte(body, 1)
    for get_byte(body, 2 + get_byte(body, 0) * 256 + get_byte(body, 1)));
`;

const ensureTopic = `
create function ensure_topic(p_name text, p_partitions smallint, p_source text, p_group text) returns int
language plpgsql set search_path = bus, pg_temp as $$
declare
  v_id int;
begin
  insert into topic (name, partitions, source, group_name) values (p_name, p_partitions, p_source, p_group)
    on conflict (name) do nothing returning id into v_id;
  if v_id is null then
    return (select id from topic where name = p_name);
  end if;
  insert into head (topic_id, partition) select v_id, p from generate_series(0, p_partitions - 1) p;
  insert into kept (topic_id, partition) select v_id, p from generate_series(0, p_partitions - 1) p;
  return v_id;
end $$;
`;

/**
 * Appends groups of records, one group a partition, sorted by topic and partition so that nobody waits for a head while
 * holding a later one. Group i has p_counts[i] records; record j is p_lengths[j] bytes of p_body from p_starts[j].
 * Returns the time in microseconds since 1970, then the first offset of each group.
 */
const append = `
create function append(p_topics int[], p_partitions smallint[], p_counts int[], p_starts int[], p_lengths int[], p_body bytea)
returns bigint[] language plpgsql security definer set search_path = bus, pg_temp as $$
declare
  v_first bigint;
  v_appended bigint[] := array[(extract(epoch from statement_timestamp()) * 1000000)::bigint];
  v_from int := 1;
begin
  for i in 1 .. array_length(p_topics, 1) loop
    update head set next_offset = next_offset + p_counts[i]
      where topic_id = p_topics[i] and partition = p_partitions[i]
      returning next_offset - p_counts[i] into strict v_first;
    insert into record (topic_id, partition, "offset", time, body)
      select p_topics[i], p_partitions[i], v_first + r.nth - 1, statement_timestamp(), substring(p_body from r.start for r.length)
      from unnest(p_starts[v_from : v_from + p_counts[i] - 1], p_lengths[v_from : v_from + p_counts[i] - 1])
        with ordinality r(start, length, nth);
    v_appended := v_appended || v_first;
    v_from := v_from + p_counts[i];
  end loop;
  return v_appended;
end $$;
`;

/** Moves a group's positions, sorted by topic and partition; raises OGF01 where the epoch or the old offset is another's. */
const movePositions = `
create function move_positions(p_group text, p_topics int[], p_partitions smallint[], p_epochs bigint[], p_from bigint[], p_to bigint[])
returns void language plpgsql security definer set search_path = bus, pg_temp as $$
begin
  for i in 1 .. array_length(p_topics, 1) loop
    update position set next_offset = p_to[i]
      where group_name = p_group and topic_id = p_topics[i] and partition = p_partitions[i]
        and epoch = p_epochs[i] and next_offset = p_from[i] and next_offset < p_to[i];
    if not found then
      raise exception 'another member has taken the partition' using errcode = '${fencedSqlState}';
    end if;
  end loop;
end $$;
`;

/**
 * Takes partitions for a member: raises their epochs, so that whoever had them is fenced, and returns the stored offsets.
 * Those that another member's transaction holds are left out, to be asked for again. A group that was never here
 * starts with what is kept.
 */
const takePartitions = `
create function take_partitions(p_group text, p_topics int[], p_partitions smallint[])
returns table (topic_id int, "partition" smallint, epoch bigint, next_offset bigint, head_offset bigint, first_offset bigint)
language plpgsql set search_path = bus, pg_temp as $$
#variable_conflict use_column
begin
  perform 1 from unnest(p_topics, p_partitions) w(t, p) join kept k on k.topic_id = w.t and k.partition = w.p
    order by k.topic_id, k.partition for share of k;
  insert into position (group_name, topic_id, partition, epoch, next_offset)
    select p_group, k.topic_id, k.partition, 0, k.first_offset
    from unnest(p_topics, p_partitions) w(t, p) join kept k on k.topic_id = w.t and k.partition = w.p
    on conflict do nothing;
  return query
    with free as materialized (
      select o.topic_id, o.partition from position o
      where o.group_name = p_group and (o.topic_id, o.partition) in (select w.t, w.p from unnest(p_topics, p_partitions) w(t, p))
      order by o.topic_id, o.partition for no key update skip locked
    ), taken as (
      update position o set epoch = o.epoch + 1 from free f
      where o.group_name = p_group and o.topic_id = f.topic_id and o.partition = f.partition
      returning o.topic_id, o.partition, o.epoch, o.next_offset
    )
    select t.topic_id, t.partition, t.epoch, t.next_offset, h.next_offset, k.first_offset
    from taken t join head h on h.topic_id = t.topic_id and h.partition = t.partition
      join kept k on k.topic_id = t.topic_id and k.partition = t.partition;
end $$;
`;

/**
 * Removes up to p_chunk of the oldest records of a partition that are older than p_before and that every group has read.
 * Returns how many, and how many old ones stay because a group has not read them.
 */
const expire = `
create function expire(p_topic int, p_partition smallint, p_before timestamptz, p_chunk int)
returns table (removed int, held boolean) language plpgsql set search_path = bus, pg_temp as $$
declare
  v_first bigint;
  v_read bigint;
  v_end bigint;
begin
  select k.first_offset into v_first from kept k where k.topic_id = p_topic and k.partition = p_partition for update skip locked;
  if v_first is null then
    return query select 0, false;
    return;
  end if;
  select min(o.next_offset) into v_read from position o where o.topic_id = p_topic and o.partition = p_partition;
  select max(r.o) + 1 into v_end from (
    select c."offset" as o, bool_and(c.time < p_before) over (order by c."offset") as old from (
      select r."offset", r.time from record r where r.topic_id = p_topic and r.partition = p_partition and r."offset" >= v_first
      order by r."offset" limit p_chunk) c) r
    where r.old;
  held := coalesce(v_end > v_read, false);
  v_end := least(v_end, v_read);
  removed := 0;
  if v_end > v_first then
    delete from record r where r.topic_id = p_topic and r.partition = p_partition and r."offset" < v_end and r."offset" >= v_first;
    get diagnostics removed = row_count;
    delete from resolution s where s.topic_id = p_topic and s.partition = p_partition and s."offset" < v_end;
    update kept k set first_offset = v_end where k.topic_id = p_topic and k.partition = p_partition;
  end if;
  return next;
end $$;
`;

/**
 * Removes records of a compacted partition that have a newer one of the same key, among those older than p_before that every
 * group has read.
 */
const compact = `
create function compact(p_topic int, p_partition smallint, p_before timestamptz) returns int
language plpgsql set search_path = bus, pg_temp as $$
declare
  v_read bigint;
  v_removed int;
begin
  perform 1 from kept k where k.topic_id = p_topic and k.partition = p_partition for update skip locked;
  if not found then
    return 0;
  end if;
  select coalesce(min(o.next_offset), 9223372036854775807) into v_read from position o
    where o.topic_id = p_topic and o.partition = p_partition;
  with newest as materialized (
    select record_key(r.body) as key, max(r."offset") as "offset" from record r
    where r.topic_id = p_topic and r.partition = p_partition group by 1
  )
  delete from record r using newest n
    where r.topic_id = p_topic and r.partition = p_partition and r."offset" < v_read and r.time < p_before
      and n.key = record_key(r.body) and r."offset" < n."offset";
  get diagnostics v_removed = row_count;
  return v_removed;
end $$;
`;

// A transaction of any service may publish and move its positions by these two, and has no other right here.
const grants = `
revoke execute on all functions in schema bus from public;
grant usage on schema bus to omnigate_bus_user;
grant execute on function append, move_positions to omnigate_bus_user;
`;

const migrations: Migration[] = [
  {
    id: '0001_log',
    sql: [tables, readers, ensureTopic, append, movePositions, takePartitions, expire, compact, grants].join(
      '',
    ),
  },
  { id: '0002_kafka', sql: kafkaTablesSql },
  { id: '0003_append_at_once', sql: appendAtOnceSql },
];

/** The bus's part of the database. It comes first in `migrate`: the services' roles build on its grants. */
export const busSchema: ServiceSchema = {
  schema: 'bus',
  role: 'omnigate_bus',
  migrations,
  unscopedTables: ['topic', 'head', 'kept', 'record', 'position', 'member', 'resolution', ...kafkaTables],
};
