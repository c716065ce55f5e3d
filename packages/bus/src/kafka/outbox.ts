import type { CommitSink, Queryable } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import { numberArray } from '../number-array';
import { murmur2 } from '../partitioner';
import type { OutgoingRecord } from '../port';
import { encodeRecord } from '../record-format';
import { outboxShards } from './schema';

/** A record on its way into the outbox. */
export interface OutboxAppend {
  topic: string;
  bytes: Buffer;
  shard: number;
  offset: bigint;
}

/**
 * Encodes a record. A key has one shard, so its records are relayed in the order of their commits.
 * @param maxBytes the largest that is taken; default: what the port promises
 * @throws AppError RECORD_TOO_LARGE
 */
export function outboxAppend(record: OutgoingRecord, maxBytes?: number): OutboxAppend {
  const bytes = encodeRecord(record, maxBytes);
  // The key stands at the front of the bytes, after its length.
  const key = bytes.subarray(2, 2 + bytes.readUInt16BE(0));
  return { topic: record.topic, bytes, shard: shardOf(key), offset: 0n };
}

// By other bits than those that choose the partition, so that a shard has keys of all partitions.
function shardOf(key: Uint8Array): number {
  return (murmur2(key) >>> 16) % outboxShards;
}

/**
 * Makes the sink that appends to the outbox at a transaction's end.
 * @param appended called after the commit
 */
export function createOutboxSink(appended: (appends: OutboxAppend[]) => void): CommitSink<OutboxAppend> {
  return { flush: writeOutbox, committed: appended };
}

const appendText =
  'select bus.outbox_append($1::smallint[], $2::int[], $3::text[], $4::int[], $5::int[], $6::bytea) as firsts';

/** Appends to the outbox, by one statement; sets the records' offsets. @throws AppError DATABASE_UNAVAILABLE */
export async function writeOutbox(queryable: Queryable, appends: OutboxAppend[]): Promise<void> {
  const groups = groupByShard(appends);
  const [row] = await queryable.query<{ firsts: bigint[] }>({
    name: 'bus_outbox_append',
    text: appendText,
    values: packAppends(groups),
    binary: true,
  });
  if (!row) throw new AppError('INTERNAL');
  for (const [index, [, group]] of groups.entries()) {
    let offset = row.firsts[index] as bigint;
    for (const append of group) append.offset = offset++;
  }
}

// Sorted by shard: the order in which the server locks heads.
function groupByShard(appends: OutboxAppend[]): [shard: number, appends: OutboxAppend[]][] {
  return [...Map.groupBy(appends, ({ shard }) => shard)].sort(([a], [b]) => a - b);
}

// One bytea of everything and arrays of numbers, as the PostgreSQL log does it.
function packAppends(groups: [shard: number, appends: OutboxAppend[]][]): unknown[] {
  const starts: number[] = [];
  const all = groups.flatMap(([, appends]) => appends);
  let start = 1;
  for (const { bytes } of all) {
    starts.push(start);
    start += bytes.length;
  }
  return [
    numberArray(groups.map(([shard]) => shard)),
    numberArray(groups.map(([, appends]) => appends.length)),
    all.map(({ topic }) => topic),
    numberArray(starts),
    numberArray(all.map(({ bytes }) => bytes.length)),
    Buffer.concat(all.map(({ bytes }) => bytes)),
  ];
}
