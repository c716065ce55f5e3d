import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@omnigate/errors';
import { createBackoff, type Logger } from '@omnigate/runtime';
import type { BusRecord, Follower, FollowOptions } from '../port';
import { type Offsets, parseResumeToken, resumeToken } from '../resume-token';
import { recordOf } from './message';
import {
  OffsetOutOfRange,
  type PartitionCursor,
  type PartitionRead,
  type PartitionReader,
} from './partition-reader';

/** What a follower needs of its bus. */
export interface FollowContext {
  /** Makes one of its own: a fetch that waits holds up what comes behind it on the same connection. */
  openReader(): PartitionReader;
  logger: Logger;
  /** Starts the bus, unless it is. @throws AppError BUS_UNAVAILABLE */
  startBus(): Promise<void>;
}

/** How long a broker holds a fetch that finds nothing: it is answered as soon as there is a record. */
const fetchWaitMs = 4_000;

/** Begins to follow. */
export function createFollower(context: FollowContext, options: FollowOptions): Follower {
  const { logger } = context;
  const reader = context.openReader();
  const stop = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined);
  const backoff = createBackoff({ baseMs: 100, maxMs: 5_000 });
  let cursors: PartitionCursor[] = [];
  let handling: Promise<void> | undefined;
  const ready = begin();
  ready.then(run, () => undefined);

  async function begin(): Promise<string> {
    await context.startBus();
    cursors = await startCursors(reader, options);
    return resumeToken(offsetsOf(cursors));
  }

  async function round(): Promise<void> {
    const reads = await reader.read(cursors, fetchWaitMs);
    const moved = cursors.map((cursor) => ({ ...cursor }));
    const records = reads.flatMap((read) => advance(moved, read));
    if (stop.signal.aborted) return;
    if (records.length > 0) {
      handling = Promise.resolve(options.handle(records, resumeToken(offsetsOf(moved))));
      await handling;
    }
    cursors = moved;
    backoff.reset();
  }

  // Retention was faster: what is gone can't be brought, and what comes next must not wait for it.
  async function skipGone(): Promise<void> {
    for (const cursor of cursors) {
      const { low, high } = (await reader.bounds(cursor.topic))[cursor.partition] ?? { low: 0n, high: 0n };
      if (cursor.next >= low && cursor.next <= high) continue;
      const { topic, partition } = cursor;
      logger.error({ topic, partition }, 'records were removed before they were followed');
      cursor.next = low;
    }
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await round();
      } catch (error) {
        if (stop.signal.aborted) return;
        logger.warn({ topics: options.topics, err: error }, 'following is interrupted');
        if (error instanceof OffsetOutOfRange) await skipGone().catch(() => undefined);
        await pause(backoff.next());
      }
    }
  }

  return {
    ready,
    async stop() {
      stop.abort();
      await ready.catch(() => undefined);
      await handling?.catch(() => undefined);
      // Not awaited: it takes as long as the fetch under way.
      reader.close().catch((error: unknown) => logger.debug({ err: error }, 'reader is not closed'));
    },
  };
}

// A batch may begin before the offset that was asked for, and may have lost all that comes from there on by compaction.
function advance(cursors: PartitionCursor[], { topic, partition: read }: PartitionRead): BusRecord[] {
  const cursor = cursors.find((each) => each.topic === topic && each.partition === read.partition);
  const last = read.messages.at(-1);
  if (!cursor || !last) return [];
  const from = cursor.next;
  const asked = read.messages.filter((message) => BigInt(message.offset) >= from);
  cursor.next = asked.length > 0 ? BigInt(last.offset) + 1n : from + 1n;
  return asked
    .filter((message) => !message.isControlRecord)
    .map((message) => recordOf(message, { topic, partition: read.partition }));
}

async function startCursors(reader: PartitionReader, options: FollowOptions): Promise<PartitionCursor[]> {
  const bounds = await Promise.all(
    options.topics.map(async (topic) => [topic, await reader.bounds(topic)] as const),
  );
  const partitions = new Map(bounds.map(([topic, all]) => [topic, all.length]));
  const from = options.from === undefined ? undefined : parseResumeToken(options.from, partitions);
  return bounds.flatMap(([topic, all]) =>
    all.map(({ low, high }, partition) => {
      const next = from ? (from.get(topic)?.[partition] as bigint) : high;
      if (next > high || next < low) throw new AppError('RESUME_TOKEN_INVALID');
      return { topic, partition, next };
    }),
  );
}

function offsetsOf(cursors: readonly PartitionCursor[]): Offsets {
  const offsets: Offsets = new Map();
  for (const { topic, next } of cursors) offsets.set(topic, [...(offsets.get(topic) ?? []), next]);
  return offsets;
}
