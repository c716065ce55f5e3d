/**
 * SQL of the functions that append, to the log and to the outbox: of two statements each, however many partitions or shards
 * a transaction publishes to. Two for each of them, as it was first, cost 1.4 times as much. What they take and return has
 * stayed.
 *
 * The heads are locked first, in one order everywhere, so that nobody waits for one while holding a later one.
 */
export const appendAtOnceSql = `
create or replace function append(p_topics int[], p_partitions smallint[], p_counts int[], p_starts int[], p_lengths int[], p_body bytea)
returns bigint[] language plpgsql security definer set search_path = bus, pg_temp as $$
declare
  v_firsts bigint[];
begin
  perform 1 from head h where (h.topic_id, h.partition) in (select g.t, g.p from unnest(p_topics, p_partitions) g(t, p))
    order by h.topic_id, h.partition for no key update;
  with moved as (
    update head h set next_offset = h.next_offset + g.count from unnest(p_topics, p_partitions, p_counts) g(t, p, count)
    where h.topic_id = g.t and h.partition = g.p
    returning h.topic_id, h.partition, h.next_offset - g.count as first
  ), place as (
    select m.topic_id, m.partition, m.first, g.count, g.nth, (sum(g.count) over (order by g.nth))::int - g.count as before
    from unnest(p_topics, p_partitions, p_counts) with ordinality g(t, p, count, nth)
      join moved m on m.topic_id = g.t and m.partition = g.p
  ), appended as (
    insert into record (topic_id, partition, "offset", time, body)
    select l.topic_id, l.partition, l.first + r.nth - 1, statement_timestamp(), substring(p_body from r.start for r.length)
    from place l, unnest(p_starts[l.before + 1 : l.before + l.count], p_lengths[l.before + 1 : l.before + l.count])
      with ordinality r(start, length, nth)
  )
  select array_agg(first order by nth) into v_firsts from place;
  if array_length(v_firsts, 1) is distinct from array_length(p_topics, 1) then
    raise exception 'a partition has no head';
  end if;
  return (extract(epoch from statement_timestamp()) * 1000000)::bigint || v_firsts;
end $$;

create or replace function outbox_append(p_shards smallint[], p_counts int[], p_topics text[], p_starts int[], p_lengths int[], p_body bytea)
returns bigint[] language plpgsql security definer set search_path = bus, pg_temp as $$
declare
  v_firsts bigint[];
begin
  perform 1 from outbox_head where shard = any(p_shards) order by shard for no key update;
  with moved as (
    update outbox_head h set next_offset = h.next_offset + g.count from unnest(p_shards, p_counts) g(shard, count)
    where h.shard = g.shard
    returning h.shard, h.next_offset - g.count as first
  ), place as (
    select m.shard, m.first, g.count, g.nth, (sum(g.count) over (order by g.nth))::int - g.count as before
    from unnest(p_shards, p_counts) with ordinality g(shard, count, nth) join moved m on m.shard = g.shard
  ), appended as (
    insert into outbox (shard, "offset", topic, body)
    select l.shard, l.first + r.nth - 1, r.topic, substring(p_body from r.start for r.length)
    from place l, unnest(p_topics[l.before + 1 : l.before + l.count], p_starts[l.before + 1 : l.before + l.count],
      p_lengths[l.before + 1 : l.before + l.count]) with ordinality r(topic, start, length, nth)
  )
  select array_agg(first order by nth) into v_firsts from place;
  if array_length(v_firsts, 1) is distinct from array_length(p_shards, 1) then
    raise exception 'a shard has no head';
  end if;
  return v_firsts;
end $$;
`;
