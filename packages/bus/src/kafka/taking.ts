import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import type { Bounds, PartitionReader } from './partition-reader';
import {
  type BoundedPlace,
  type Place,
  type TakenPartition,
  type TakenRow,
  takePositions,
} from './positions';

/** What taking partitions needs. */
export interface TakingOptions {
  /** The bus's own. */
  database: Database;
  reader: PartitionReader;
  group: string;
  /** What the records of a topic are shown to come from. */
  sourceOf(topic: string): string;
}

/** A new leader may for a moment not know of all that the old one had acknowledged. */
const looks = 6;
const lookAgainMs = 500;

/**
 * Takes partitions of a group for a member.
 * @param places what the group has given to it
 * @returns those that no transaction of an earlier owner holds
 * @throws AppError DATABASE_UNAVAILABLE, BUS_UNAVAILABLE; POSITION_INVALID when the log doesn't have a position
 */
export async function takePartitions(o: TakingOptions, places: Place[]): Promise<TakenPartition[]> {
  const clusterId = await o.reader.clusterId();
  const bounded = await boundsOf(o.reader, places);
  const rows = await takePositions(o.database, { group: o.group, clusterId, places: bounded });
  for (const row of rows) {
    if (row.cluster_id !== clusterId)
      throw new AppError('POSITION_INVALID', { group: o.group, topic: row.topic });
    await checkPosition(o, row, boundsIn(bounded, row));
  }
  return rows.map((row) => ({
    topic: row.topic,
    partition: row.partition,
    source: o.sourceOf(row.topic),
    epoch: row.epoch,
    stored: row.next_offset,
    next: row.next_offset,
    fetchNext: row.next_offset,
    waiting: [],
  }));
}

/**
 * Checks that a log has a position. It is never reset: nobody could say what was left out or handled twice.
 * @throws AppError POSITION_INVALID, BUS_UNAVAILABLE
 */
export async function checkPosition(
  o: Pick<TakingOptions, 'reader' | 'group'>,
  { topic, partition, next_offset: next }: Place & { next_offset: bigint },
  known?: Bounds,
): Promise<void> {
  let bounds = known ?? (await readBounds(o.reader, { topic, partition }));
  for (let look = 1; look < looks && next > bounds.high; look++) {
    await sleep(lookAgainMs);
    bounds = await readBounds(o.reader, { topic, partition });
  }
  if (next < bounds.low || next > bounds.high)
    throw new AppError('POSITION_INVALID', { group: o.group, topic });
}

async function readBounds(reader: PartitionReader, { topic, partition }: Place): Promise<Bounds> {
  return (await reader.bounds(topic))[partition] ?? { low: 0n, high: 0n };
}

async function boundsOf(reader: PartitionReader, places: Place[]): Promise<BoundedPlace[]> {
  const topics = [...new Set(places.map(({ topic }) => topic))];
  const bounds = new Map(
    await Promise.all(topics.map(async (topic) => [topic, await reader.bounds(topic)] as const)),
  );
  return places.map(({ topic, partition }) => ({
    topic,
    partition,
    ...(bounds.get(topic)?.[partition] ?? { low: 0n, high: 0n }),
  }));
}

function boundsIn(bounded: BoundedPlace[], row: TakenRow): Bounds | undefined {
  return bounded.find(({ topic, partition }) => topic === row.topic && partition === row.partition);
}
