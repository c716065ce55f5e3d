import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import { createBackoff, type Logger, pace } from '@omnigate/runtime';
import type { Follower, FollowOptions } from '../port';
import { type Offsets, parseResumeToken, resumeToken } from '../resume-token';
import { createSignal } from '../signal';
import { type Heads, logKey } from './heads';
import type { Cursor, Reader, ReadRecord } from './read';
import type { Topics } from './topics';

/** What a follower needs of its bus. */
export interface FollowContext {
  /** The bus's own. */
  database: Database;
  topics: Topics;
  heads: Heads;
  reader: Reader;
  logger: Logger;
  /** Starts the bus, unless it is. @throws AppError BUS_UNAVAILABLE */
  startBus(): Promise<void>;
}

/** A follower's place in a log. */
interface FollowCursor extends Cursor {
  log: number;
}

const maxRecords = 500;
/** At most so many reads a second while records come. */
const lingerMs = 10;

const boundsText = `
select h.topic_id, h.partition, h.next_offset, k.first_offset from bus.head h
join bus.kept k on k.topic_id = h.topic_id and k.partition = h.partition
where h.topic_id = any($1) order by h.topic_id, h.partition`;

interface Bounds {
  topic_id: number;
  partition: number;
  next_offset: bigint;
  first_offset: bigint;
}

/** Begins to follow. */
export function createFollower(context: FollowContext, options: FollowOptions): Follower {
  const { heads, logger } = context;
  const signal = createSignal();
  const stop = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined);
  const backoff = createBackoff({ baseMs: 100, maxMs: 5_000 });
  let cursors: FollowCursor[] = [];
  let lastReadMs = 0;
  let unwatch = (): void => undefined;
  const ready = begin();
  const running = ready.then(run, () => undefined);

  async function begin(): Promise<string> {
    await context.startBus();
    cursors = await startCursors(context, options);
    unwatch = heads.watch(
      cursors.map((cursor) => cursor.log),
      signal.raise,
    );
    return resumeToken(offsetsOf(cursors));
  }

  async function round(): Promise<void> {
    const behind = cursors.filter((cursor) => heads.get(cursor.log) > cursor.next);
    if (behind.length === 0) return signal.wait();
    const waitMs = pace.lingerMs(lingerMs) - (performance.now() - lastReadMs);
    if (waitMs > 0) await pause(waitMs);
    const known = behind.map((cursor) => heads.get(cursor.log));
    const records = await context.reader.read(behind, maxRecords);
    lastReadMs = performance.now();
    if (records.length > 0) await give(records);
    else for (const [i, cursor] of behind.entries()) cursor.next = known[i] as bigint;
  }

  async function give(records: ReadRecord[]): Promise<void> {
    const after = new Map(records.map(({ cursor, record }) => [cursor, record.offset + 1n]));
    const moved = cursors.map((cursor) => ({ ...cursor, next: after.get(cursor) ?? cursor.next }));
    const token = resumeToken(offsetsOf(moved));
    if (stop.signal.aborted) return;
    await options.handle(
      records.map(({ record }) => record),
      token,
    );
    for (const [cursor, next] of after) cursor.next = next;
    backoff.reset();
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await round();
      } catch (error) {
        logger.warn({ topics: options.topics, err: error }, 'following is interrupted');
        await pause(backoff.next());
      }
    }
  }

  return {
    ready,
    async stop() {
      stop.abort();
      signal.raise();
      await running;
      unwatch();
    },
  };
}

async function startCursors(context: FollowContext, options: FollowOptions): Promise<FollowCursor[]> {
  const topics = await Promise.all(options.topics.map((name) => context.topics.ensure(name)));
  const bounds = await context.database.query<Bounds>({
    text: boundsText,
    values: [topics.map((topic) => topic.id)],
  });
  const partitions = new Map(topics.map((topic) => [topic.name, topic.partitions]));
  const from = options.from === undefined ? undefined : parseResumeToken(options.from, partitions);
  return bounds.map((bound) => {
    const { name } = topics.find((topic) => topic.id === bound.topic_id) as { name: string };
    const next = from ? (from.get(name)?.[bound.partition] as bigint) : bound.next_offset;
    if (next > bound.next_offset || next < bound.first_offset) throw new AppError('RESUME_TOKEN_INVALID');
    const log = logKey(bound.topic_id, bound.partition);
    context.heads.raise(log, bound.next_offset);
    return { log, topicId: bound.topic_id, partition: bound.partition, topic: name, next };
  });
}

function offsetsOf(cursors: readonly FollowCursor[]): Offsets {
  const offsets: Offsets = new Map();
  for (const { topic, next } of cursors) offsets.set(topic, [...(offsets.get(topic) ?? []), next]);
  return offsets;
}
