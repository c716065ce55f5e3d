import type { Database } from '@omnigate/database';
import { numberArray } from '../number-array';

/** A shard that this process relays. */
export interface Lease {
  shard: number;
  /** Of the take; another process's take raises it. */
  epoch: bigint;
  /** The first offset that is not known to be in Kafka. */
  next: bigint;
}

/** A record that waits in the outbox. */
export interface OutboxRow {
  shard: number;
  offset: bigint;
  topic: string;
  body: Buffer;
}

const takeText = `
update bus.outbox_lease l set epoch = l.epoch + 1 from bus.outbox_head h
where l.shard = any($1::smallint[]) and h.shard = l.shard
returning l.shard, l.epoch, l.next_offset as next, h.next_offset as head`;

/**
 * Takes shards: whoever relayed them can't advance any more.
 * @returns the leases, each with the shard's head
 * @throws AppError DATABASE_UNAVAILABLE
 */
export function takeLeases(database: Database, shards: number[]): Promise<(Lease & { head: bigint })[]> {
  const values = [numberArray(shards)];
  return database.query({ name: 'bus_take_leases', text: takeText, values, binary: true });
}

// The first record always comes, however large; the sum cuts a suffix of what comes, so no shard gets a gap.
const readText = `
select shard, "offset", topic, body from (
  select c.shard, r."offset", r.topic, r.body, c.nth,
    sum(octet_length(r.body)) over (order by c.nth, r."offset" rows between unbounded preceding and 1 preceding) as bytes_before
  from unnest($1::smallint[], $2::bigint[]) with ordinality c(shard, next, nth)
  cross join lateral (
    select "offset", topic, body from bus.outbox
    where shard = c.shard and "offset" >= c.next order by "offset" limit $3
  ) r
) s where coalesce(bytes_before, 0) < $4 order by nth, "offset"`;

const maxReadBytes = 8 * 1_024 * 1_024;

/**
 * Reads what waits in several shards.
 * @param max at most so many of each
 * @throws AppError DATABASE_UNAVAILABLE
 */
export function readOutbox(database: Database, leases: Lease[], max: number): Promise<OutboxRow[]> {
  const values = [
    numberArray(leases.map(({ shard }) => shard)),
    numberArray(leases.map(({ next }) => next)),
    max,
    maxReadBytes,
  ];
  return database.query({ name: 'bus_read_outbox', text: readText, values, binary: true });
}

const advanceText = `
with moved as (
  update bus.outbox_lease l set next_offset = m.next
  from unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::bigint[]) m(shard, epoch, "from", next)
  where l.shard = m.shard and l.epoch = m.epoch
  returning l.shard, m."from", l.next_offset
), gone as (
  delete from bus.outbox o using moved
  where o.shard = moved.shard and o."offset" >= moved."from" and o."offset" < moved.next_offset
)
select shard from moved`;

/**
 * Takes note of what is in Kafka, where the epochs are this process's own, and removes it from the outbox.
 * @param moves the leases as they are to be, and where they stood. What is before `from` was removed by earlier moves: the
 *   server, not told, walks through all of it that its last vacuum has left, which took 8 of 9 ms
 * @returns the shards that were its own
 * @throws AppError DATABASE_UNAVAILABLE
 */
export async function advanceLeases(
  database: Database,
  moves: (Lease & { from: bigint })[],
): Promise<Set<number>> {
  const columns = [
    moves.map(({ shard }) => shard),
    moves.map(({ epoch }) => epoch),
    moves.map(({ from }) => from),
    moves.map(({ next }) => next),
  ];
  const values = columns.map(numberArray);
  const rows = await database.query<{ shard: number }>({
    name: 'bus_advance_leases',
    text: advanceText,
    values,
  });
  return new Set(rows.map(({ shard }) => shard));
}
