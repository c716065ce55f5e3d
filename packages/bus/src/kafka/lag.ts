import type { Database } from '@omnigate/database';
import type { PartitionCursor, PartitionReader } from './partition-reader';
import { storedPositions } from './positions';

/** What the lag of a group is read from. */
export interface LagOptions {
  /** The bus's own. */
  database: Database;
  reader: PartitionReader;
  group: string;
  /** Those that the group reads, retries too. */
  topics: string[];
}

/**
 * What a group has not handled yet.
 * @returns how many records, and the age of the oldest, 0 if there is none
 * @throws AppError DATABASE_UNAVAILABLE, BUS_UNAVAILABLE
 */
export async function groupLag(o: LagOptions): Promise<{ records: bigint; seconds: number }> {
  const stored = await storedPositions(o.database, o.group, o.topics);
  const next = new Map(stored.map((row) => [`${row.partition} ${row.topic}`, row.next_offset]));
  let records = 0n;
  const behind: PartitionCursor[] = [];
  for (const topic of o.topics) {
    for (const [partition, { low, high }] of (await o.reader.bounds(topic)).entries()) {
      const from = next.get(`${partition} ${topic}`) ?? low;
      if (high <= from) continue;
      records += high - from;
      behind.push({ topic, partition, next: from });
    }
  }
  return { records, seconds: behind.length === 0 ? 0 : await ageOfOldest(o.reader, behind) };
}

async function ageOfOldest(reader: PartitionReader, behind: PartitionCursor[]): Promise<number> {
  const reads = await reader.read(behind, 0);
  const starts = new Map(behind.map((cursor) => [`${cursor.partition} ${cursor.topic}`, cursor.next]));
  const times = reads.flatMap(({ topic, partition: { partition, messages } }) => {
    const from = starts.get(`${partition} ${topic}`) ?? 0n;
    const first = messages.find((message) => BigInt(message.offset) >= from);
    return first ? [Number(first.timestamp)] : [];
  });
  return Math.max(0, (Date.now() - Math.min(Date.now(), ...times)) / 1_000);
}
