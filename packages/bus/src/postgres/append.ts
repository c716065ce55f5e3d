import { type CommitSink, type Database, isTransient, type Queryable } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import { groupCommit } from '@omnigate/runtime';
import { numberArray } from '../number-array';
import { partitionOf } from '../partitioner';
import type { OutgoingRecord } from '../port';
import { encodeRecord } from '../record-format';
import { logKey } from './heads';
import type { Topic, Topics } from './topics';

/** A record on its way into the log. */
export interface Append {
  record: OutgoingRecord;
  bytes: Buffer;
  topic?: Topic;
  /** `logKey` of its partition. */
  log: number;
  offset: bigint;
  time: Date;
}

/** What appending needs. */
export interface AppendOptions {
  /** The bus's own. */
  database: Database;
  topics: Topics;
  /** Called when records are durable, in the order of their offsets within a log. */
  appended(appends: Append[]): void;
}

/** Writes records into the log. */
export interface Appender {
  /** Publishes at a transaction's end. */
  sink: CommitSink<Append>;
  /** Publishes by itself, together with others that come in the same moment. */
  appendAll(records: readonly OutgoingRecord[]): Promise<void>;
  drain(): Promise<void>;
}

// A statement holds its parameters in memory several times over.
const maxStatementBytes = 8 * 1_024 * 1_024;
const maxGroupItems = 1_000;
const maxWaitingItems = 20_000;
/** A statement costs as much as ten records: where records come in company, they wait for more. */
const lingerMs = 15;

const unknownTime = new Date(0);

/**
 * Encodes a record.
 * @param maxBytes the largest that is taken; default: what the port promises
 * @throws AppError RECORD_TOO_LARGE
 */
export function prepareAppend(record: OutgoingRecord, maxBytes?: number): Append {
  return { record, bytes: encodeRecord(record, maxBytes), log: 0, offset: 0n, time: unknownTime };
}

/** Makes the writer of a process: one group append at a time, and one statement at the end of a transaction. */
export function createAppender(o: AppendOptions): Appender {
  const group = groupCommit<Append[]>({
    maxItems: maxGroupItems,
    maxPending: maxWaitingItems,
    lingerMs,
    tenantOf: (appends) => appends[0]?.record.tenantId ?? '',
    flush: (items) => appendGroup(o, items),
  });
  return {
    sink: {
      async flush(tx, appends) {
        // Only where a topic is new does anything go before the one statement, and not in this transaction.
        if (!findTopics(o.topics, appends)) await ensureTopics(o.topics, appends);
        await writeAll(tx, appends);
      },
      committed: o.appended,
    },
    async appendAll(records) {
      if (records.length > 0) await group.add(records.map((record) => prepareAppend(record)));
    },
    drain: () => group.drain(),
  };
}

async function appendGroup(o: AppendOptions, items: Append[][]): Promise<void> {
  try {
    for (const appends of cutByBytes(items)) {
      if (!findTopics(o.topics, appends)) await ensureTopics(o.topics, appends);
      await writeAll(o.database, appends);
      o.appended(appends);
    }
  } catch (error) {
    throw isTransient(error) ? new AppError('BUS_UNAVAILABLE', {}, { cause: error }) : error;
  }
}

// Where a later statement of a group fails, earlier items are published although their callers are told otherwise:
// at least once.
function cutByBytes(items: Append[][]): Append[][] {
  const statements: Append[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const itemBytes = item.reduce((sum, append) => sum + append.bytes.length, 0);
    bytes += itemBytes;
    if (bytes > maxStatementBytes) {
      statements.push([...item]);
      bytes = itemBytes;
    } else statements.at(-1)?.push(...item);
  }
  return statements;
}

function findTopics(topics: Topics, appends: Append[]): boolean {
  let complete = true;
  for (const append of appends) {
    append.topic ??= topics.peek(append.record.topic);
    complete &&= append.topic !== undefined;
  }
  return complete;
}

async function ensureTopics(topics: Topics, appends: Append[]): Promise<void> {
  for (const append of appends) append.topic ??= await topics.ensure(append.record.topic);
}

const appendText =
  'select bus.append($1::int[], $2::smallint[], $3::int[], $4::int[], $5::int[], $6::bytea) as appended';

async function writeAll(queryable: Queryable, appends: Append[]): Promise<void> {
  const groups = groupByLog(appends);
  const [row] = await queryable.query<{ appended: [bigint, ...bigint[]] }>({
    name: 'bus_append',
    text: appendText,
    values: packAppends(groups),
    binary: true,
  });
  if (!row) throw new AppError('INTERNAL');
  const [micros, ...firsts] = row.appended;
  const time = new Date(Number(micros / 1_000n));
  for (const [index, group] of groups.entries()) {
    let offset = firsts[index] as bigint;
    for (const append of group) {
      append.offset = offset++;
      append.time = time;
    }
  }
}

// Sorted by log: the order in which the server locks heads.
function groupByLog(appends: Append[]): Append[][] {
  const groups = new Map<number, Append[]>();
  for (const append of appends) {
    const topic = append.topic as Topic;
    append.log = logKey(topic.id, partitionOfAppend(append, topic));
    const group = groups.get(append.log);
    if (group) group.push(append);
    else groups.set(append.log, [append]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

function partitionOfAppend(append: Append, topic: Topic): number {
  if (topic.partitions === 1) return 0;
  // The key stands at the front of the bytes, after its length.
  return partitionOf(append.bytes.subarray(2, 2 + append.bytes.readUInt16BE(0)), topic.partitions);
}

// One bytea of everything and arrays of numbers: encoding an array of bytea as text would cost more than the insert.
function packAppends(groups: Append[][]): unknown[] {
  const starts: number[] = [];
  const lengths: number[] = [];
  const bodies: Buffer[] = [];
  let start = 1;
  for (const group of groups) {
    for (const { bytes } of group) {
      starts.push(start);
      lengths.push(bytes.length);
      bodies.push(bytes);
      start += bytes.length;
    }
  }
  const logs = groups.map((group) => (group[0] as Append).log);
  const topicIds = logs.map((log) => Math.floor(log / 1_024));
  const partitions = logs.map((log) => log % 1_024);
  const counts = groups.map((group) => group.length);
  return [...[topicIds, partitions, counts, starts, lengths].map(numberArray), Buffer.concat(bodies)];
}
