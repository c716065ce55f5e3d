import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, isTransient } from '@omnigate/database';
import { AppError, isAppError } from '@omnigate/errors';
import { createBackoff, createSignals, type Logger, type Metrics, newId, pace } from '@omnigate/runtime';
import { ageOf, type BatchOptions, type BatchRecord, Stopped, settleBatch } from '../batch';
import type { ConsumeOptions, Consumer } from '../port';
import { isFenced } from '../position';
import { createSignal } from '../signal';
import { declareDeadLetters } from './dead-letters';
import { createGroupLogs, subscribedTopics } from './group-logs';
import { type Heads, logKey } from './heads';
import { groupLag } from './lag';
import type { Membership } from './membership';
import { movePositions, type TakenLog } from './positions';
import { type Reader, shareOf } from './read';
import type { Topic, Topics } from './topics';

/** What a consumer needs of its bus. */
export interface ConsumerContext {
  /** The bus's own. */
  database: Database;
  topics: Topics;
  heads: Heads;
  reader: Reader;
  membership: Membership;
  collectDeadLetters: BatchOptions<TakenLog>['publish'];
  logger: Logger;
  metrics: Metrics;
  /** Starts the bus, unless it is. @throws AppError BUS_UNAVAILABLE */
  startBus(): Promise<void>;
}

const defaultMaxRecords = 500;
const defaultLingerMs = 20;
/** A partition that its earlier owner's transaction holds is asked for again after so long. */
const takeAgainMs = 100;
const retryBaseMs = 100;
const retryMaxMs = 5_000;

/** Makes a member of a group; it joins by `start`. */
export function createConsumer(context: ConsumerContext, options: ConsumeOptions): Consumer {
  const { group } = options;
  const { database, topics, heads, membership, logger } = context;
  const { maxRecords = defaultMaxRecords, lingerMs = defaultLingerMs } = options;
  const memberId = newId();
  const logs = createGroupLogs({ database, topics, heads, group, memberId });
  const signals = createSignals(context.metrics, `bus.${group}`);
  const signal = createSignal();
  const stop = new AbortController();
  const pause = (ms: number) => sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined);
  const backoff = createBackoff({ baseMs: retryBaseMs, maxMs: retryMaxMs });
  const stopping = () => stop.signal.aborted;
  const publish = context.collectDeadLetters;
  const move: BatchOptions<TakenLog>['move'] = (tx, moves) => movePositions(tx, group, moves);
  const batch = { consume: options, publish, move, signals, logger, backoff, pause, stopping };
  let subscribed: Topic[] = [];
  let assignment: 'stale' | 'waiting' | 'settled' = 'stale';
  let lastReadMs = 0;
  let turn = 0;
  let running: Promise<void> | undefined;
  let unwatch: (() => void)[] = [];

  async function assign(): Promise<void> {
    assignment = 'settled';
    if (!(await logs.assign(membership.members, subscribed))) assignment = 'waiting';
  }

  function behind(): TakenLog[] {
    return [...logs.taken].filter((log) => heads.get(log.log) > log.next);
  }

  // Another log comes first each time: where maxRecords is less than their number, not all are read.
  function rotate(cursors: TakenLog[]): TakenLog[] {
    turn = (turn + 1) % cursors.length;
    return [...cursors.slice(turn), ...cursors.slice(0, turn)];
  }

  // Not before lingerMs after the last read, so that a busy consumer has full batches and an idle one no delay.
  async function linger(): Promise<void> {
    const waitMs = pace.lingerMs(lingerMs) - (performance.now() - lastReadMs);
    if (waitMs > 0) await pause(waitMs);
    if (stopping()) throw new Stopped();
  }

  async function readAndHandle(cursors: TakenLog[]): Promise<void> {
    const known = cursors.map((cursor) => heads.get(cursor.log));
    const records = (await context.reader.read(cursors, maxRecords)) as BatchRecord<TakenLog>[];
    lastReadMs = records.length >= shareOf(maxRecords, cursors.length) ? 0 : performance.now();
    // All below a head is committed: what is not there was compacted or has expired.
    if (records.length === 0) for (const [i, cursor] of cursors.entries()) cursor.next = known[i] as bigint;
    else await handle(records.sort(byLogAndOffset));
  }

  async function handle(records: BatchRecord<TakenLog>[]): Promise<void> {
    signals.received(records.length);
    signals.lag(ageOf(records));
    await settleBatch(batch, records);
    if (behind().length === 0) signals.lag(0);
  }

  // One round: take what is ours, read, handle, or sleep until something happens.
  async function round(): Promise<void> {
    if (assignment !== 'settled') await assign();
    if (behind().length > 0) {
      await linger();
      // What has come in the meantime, in other logs, is of this batch too.
      await readAndHandle(rotate(behind()));
    } else await signal.wait(assignment === 'waiting' ? takeAgainMs : undefined);
  }

  async function recover(error: unknown): Promise<void> {
    logs.clear();
    assignment = 'stale';
    if (isFenced(error)) logger.info({ group }, 'partition taken by another member');
    else logger.warn({ group, err: error, transient: isTransient(error) }, 'reading is interrupted');
    if (!isFenced(error)) await pause(backoff.next());
    // Who is there decides what is ours; an old list would take it back from its new owner.
    await membership.refresh().catch(() => undefined);
  }

  async function run(): Promise<void> {
    while (!stopping()) {
      try {
        await round();
      } catch (error) {
        if (error instanceof Stopped) return;
        if (isAppError(error, 'POSITION_INVALID')) return fail(error);
        await recover(error);
      }
    }
  }

  async function fail(error: unknown): Promise<void> {
    signals.failed('position');
    logger.fatal({ group, err: error }, 'consumer stopped: the log does not have its position');
    await membership.leave(memberId).catch(() => undefined);
  }

  async function join(): Promise<void> {
    await context.startBus();
    for (const source of options.topics) declareDeadLetters(topics, source, group);
    subscribed = await subscribedTopics(topics, group, options.topics);
    unwatch = [membership.watch(onMembers), heads.watch(subscribed.flatMap(logsOf), signal.raise)];
    await membership.join({ memberId, group, topics: subscribed.map((topic) => topic.name) });
    await assign();
  }

  function onMembers(): void {
    assignment = 'stale';
    signal.raise();
  }

  return {
    async start() {
      try {
        await join();
      } catch (error) {
        for (const end of unwatch.splice(0)) end();
        await membership.leave(memberId).catch(() => undefined);
        throw isTransient(error) ? new AppError('BUS_UNAVAILABLE', {}, { cause: error }) : error;
      }
      running = run();
    },
    async stop() {
      stop.abort();
      signal.raise();
      await running;
      for (const end of unwatch.splice(0)) end();
      if (running) await membership.leave(memberId).catch(() => undefined);
      running = undefined;
    },
    lag: () => groupLag(database, group, options.topics),
  };
}

function logsOf(topic: Topic): number[] {
  return Array.from({ length: topic.partitions }, (_, partition) => logKey(topic.id, partition));
}

function byLogAndOffset(a: BatchRecord<TakenLog>, b: BatchRecord<TakenLog>): number {
  return a.cursor.log - b.cursor.log || Number(a.record.offset - b.record.offset);
}
