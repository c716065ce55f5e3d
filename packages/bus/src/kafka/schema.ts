import { fencedSqlState } from '../position';

/** Shards of the outbox, by the hash of the key. Fixed: another number would break the order of keys that wait. */
export const outboxShards = 16;

const tables = `
-- Where groups stand in the topics of a Kafka cluster.
create table kafka_position (
  group_name text not null,
  topic text not null,
  partition int not null,
  cluster_id text not null,
  epoch bigint not null default 0,
  next_offset bigint not null,
  primary key (group_name, topic, partition)
) with (fillfactor = 20);

-- One row a shard: the next offset. Appending locks it until commit, so offsets are in commit order.
create table outbox_head (
  shard smallint primary key,
  next_offset bigint not null default 0
) with (fillfactor = 20);

-- Who relays a shard (the epoch says), and the first offset that is not known to be in Kafka.
create table outbox_lease (
  shard smallint primary key,
  epoch bigint not null default 0,
  next_offset bigint not null default 0
) with (fillfactor = 20);

create table outbox (
  shard smallint not null,
  "offset" bigint not null,
  topic text not null,
  body bytea not null,
  primary key (shard, "offset")
) with (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_insert_scale_factor = 0.5);
alter table outbox alter column body set storage external;

insert into outbox_head (shard) select generate_series(0, ${outboxShards - 1});
insert into outbox_lease (shard) select generate_series(0, ${outboxShards - 1});

-- What became of dead letters; whoever inserts the row decides, so that nothing is replayed twice.
create table kafka_resolution (
  topic text not null,
  partition int not null,
  "offset" bigint not null,
  kind text not null check (kind in ('replayed', 'dropped')),
  time timestamptz not null default now(),
  primary key (topic, partition, "offset")
);
`;

/**
 * Appends groups of records, one group a shard, sorted by shard so that nobody waits for a head while holding a later one.
 * Group i has p_counts[i] records; record j goes to p_topics[j] and is p_lengths[j] bytes of p_body from p_starts[j].
 * Returns the first offset of each group.
 */
const append = `
create function outbox_append(p_shards smallint[], p_counts int[], p_topics text[], p_starts int[], p_lengths int[], p_body bytea)
returns bigint[] language plpgsql security definer set search_path = bus, pg_temp as $$
declare
  v_first bigint;
  v_firsts bigint[] := '{}';
  v_from int := 1;
  v_to int;
begin
  for i in 1 .. array_length(p_shards, 1) loop
    v_to := v_from + p_counts[i] - 1;
    update outbox_head set next_offset = next_offset + p_counts[i]
      where shard = p_shards[i] returning next_offset - p_counts[i] into strict v_first;
    insert into outbox (shard, "offset", topic, body)
      select p_shards[i], v_first + r.nth - 1, r.topic, substring(p_body from r.start for r.length)
      from unnest(p_topics[v_from : v_to], p_starts[v_from : v_to], p_lengths[v_from : v_to])
        with ordinality r(topic, start, length, nth);
    v_firsts := v_firsts || v_first;
    v_from := v_to + 1;
  end loop;
  return v_firsts;
end $$;
`;

/** Moves a group's positions, sorted by topic and partition; raises OGF01 where the epoch or the old offset is another's. */
const movePositions = `
create function kafka_move_positions(p_group text, p_topics text[], p_partitions int[], p_epochs bigint[], p_from bigint[], p_to bigint[])
returns void language plpgsql security definer set search_path = bus, pg_temp as $$
begin
  for i in 1 .. array_length(p_topics, 1) loop
    update kafka_position set next_offset = p_to[i]
      where group_name = p_group and topic = p_topics[i] and partition = p_partitions[i]
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
 * starts at p_starts.
 */
const takePositions = `
create function kafka_take_positions(p_group text, p_cluster text, p_topics text[], p_partitions int[], p_starts bigint[])
returns table (topic text, "partition" int, cluster_id text, epoch bigint, next_offset bigint)
language plpgsql set search_path = bus, pg_temp as $$
#variable_conflict use_column
begin
  insert into kafka_position (group_name, topic, partition, cluster_id, next_offset)
    select p_group, w.t, w.p, p_cluster, w.s from unnest(p_topics, p_partitions, p_starts) w(t, p, s)
    order by w.t, w.p on conflict do nothing;
  return query
    with free as materialized (
      select o.topic, o.partition from kafka_position o
      where o.group_name = p_group and (o.topic, o.partition) in (select w.t, w.p from unnest(p_topics, p_partitions) w(t, p))
      order by o.topic, o.partition for no key update skip locked
    )
    update kafka_position o set epoch = o.epoch + 1 from free f
    where o.group_name = p_group and o.topic = f.topic and o.partition = f.partition
    returning o.topic, o.partition, o.cluster_id, o.epoch, o.next_offset;
end $$;
`;

const grants = `
revoke execute on all functions in schema bus from public;
grant execute on function outbox_append, kafka_move_positions to omnigate_bus_user;
`;

/** What the Kafka driver keeps in the database; a migration of the bus's schema. */
export const kafkaTables: readonly string[] = [
  'kafka_position',
  'outbox_head',
  'outbox_lease',
  'outbox',
  'kafka_resolution',
];

/** SQL that makes them, with what services may call. */
export const kafkaTablesSql: string = [tables, append, movePositions, takePositions, grants].join('');
