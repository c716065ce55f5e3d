import { setTimeout as sleep } from 'node:timers/promises';
import { deadLetterTopic, retryTopic } from '@omnigate/contracts';
import { type Database, isTransient } from '@omnigate/database';
import { AppError, isAppError } from '@omnigate/errors';
import { createBackoff, createSignals, type Logger, type Metrics } from '@omnigate/runtime';
import type { Kafka } from 'kafkajs';
import { ageOf, type BatchOptions, type BatchRecord, Stopped, settleBatch } from '../batch';
import type { ConsumeOptions, Consumer } from '../port';
import { isFenced } from '../position';
import { createSignal } from '../signal';
import { createGroupMember, type Fetched, type GroupTimings } from './group-member';
import { groupLag } from './lag';
import { recordOf } from './message';
import type { PartitionReader } from './partition-reader';
import { createPartitions } from './partitions';
import { movePositions, type Place, type TakenPartition } from './positions';
import { checkPosition, takePartitions } from './taking';
import { createWatchdog } from './watchdog';

/** What a consumer needs of its bus. */
export interface ConsumerContext {
  /** The bus's own. */
  database: Database;
  reader: PartitionReader;
  createClient(): Kafka;
  collectDeadLetters: BatchOptions<TakenPartition>['publish'];
  timings: GroupTimings;
  stuckAfterMs: number;
  logger: Logger;
  metrics: Metrics;
  /** Starts the bus, unless it is. @throws AppError BUS_UNAVAILABLE */
  startBus(): Promise<void>;
  /** A consumer does not get on, though it was begun again: the process must be. */
  onStuck(): void;
}

/** A consumer that can be asked how it is. */
export interface KafkaConsumer extends Consumer {
  /** False when it has had no progress for long though there is something to read, or has stopped for good. */
  isHealthy(): boolean;
}

const defaultMaxRecords = 500;
const defaultLingerMs = 20;
/** A partition that its earlier owner's transaction holds is asked for again after so long. */
const takeAgainMs = 100;
const retryBaseMs = 100;
const retryMaxMs = 5_000;
const hintEveryMs = 1_000;

/** Makes a member of a group; it joins by `start`. */
export function createConsumer(context: ConsumerContext, options: ConsumeOptions): KafkaConsumer {
  const { group } = options;
  const { database, reader, logger, timings } = context;
  const { maxRecords = defaultMaxRecords, lingerMs = defaultLingerMs } = options;
  const sources = new Map(
    options.topics.flatMap((topic) => [
      [topic, topic],
      [retryTopic(topic, group), topic],
    ]),
  );
  const topics = [...sources.keys()];
  const sourceOf = (topic: string) => sources.get(topic) ?? topic;
  const taking = { database, reader, group, sourceOf };
  const partitions = createPartitions();
  const signals = createSignals(context.metrics, `bus.${group}`);
  const signal = createSignal();
  const room = createSignal();
  const stop = new AbortController();
  /** Ends what belongs to one assignment: each join begins another. */
  let assignment = new AbortController();
  /** What the group has given; undefined while it has not. */
  let assigned: Place[] | undefined;
  let lastBatchMs = 0;
  /** Batches being handled and takes under way: whatever holds them up, it is not kafkajs. */
  let busy = 0;
  let failed = false;
  let running: Promise<void> | undefined;
  const tookFirst = Promise.withResolvers<void>();
  tookFirst.promise.catch(() => undefined);
  let hint: NodeJS.Timeout | undefined;

  const backoff = createBackoff({ baseMs: retryBaseMs, maxMs: retryMaxMs });
  const takeBackoff = createBackoff({ baseMs: retryBaseMs, maxMs: retryMaxMs });
  const pauseIn = (ms: number, abort: AbortSignal) =>
    sleep(ms, undefined, { signal: AbortSignal.any([stop.signal, abort]) }).catch(() => undefined);

  const member = createGroupMember({
    createClient: context.createClient,
    group,
    topics,
    timings,
    logger,
    onJoined(places) {
      forget();
      assigned = places;
      void take(places, assignment.signal);
    },
    onLost() {
      forget();
      assigned = undefined;
    },
    onFetched,
  });
  const watchdog = createWatchdog({
    stuckAfterMs: context.stuckAfterMs,
    hasWork,
    isBusy: () => busy > 0,
    restart: () => member.restart(),
    onStuck: context.onStuck,
    logger: logger.child({ group }),
  });

  function forget(): void {
    assignment.abort();
    assignment = new AbortController();
    partitions.clear();
    signal.raise();
    room.raise();
  }

  // Until all are taken, or the group changes. Nothing is handled before: an offset of Kafka's own decides nothing.
  async function take(places: Place[], over: AbortSignal): Promise<void> {
    busy += 1;
    for (let missing = places; missing.length > 0 && !over.aborted && !stop.signal.aborted; ) {
      missing = await takeSome(missing, over);
      tookFirst.resolve();
    }
    tookFirst.resolve();
    busy -= 1;
  }

  async function takeSome(missing: Place[], over: AbortSignal): Promise<Place[]> {
    try {
      const taken = await takePartitions(taking, missing);
      if (over.aborted) return [];
      for (const each of taken) partitions.add(each);
      member.open(taken);
      takeBackoff.reset();
      if (taken.length < missing.length) await pauseIn(takeAgainMs, over);
    } catch (error) {
      if (isAppError(error, 'POSITION_INVALID')) fail(error);
      else logger.warn({ group, err: error }, 'partitions are not taken, is tried again');
      await pauseIn(takeBackoff.next(), over);
    }
    return missing.filter((place) => !partitions.get(place));
  }

  async function onFetched(fetched: Fetched, alive: () => Promise<void>): Promise<void> {
    const taken = partitions.get(fetched);
    if (!taken || stop.signal.aborted) return;
    if (fetched.from !== taken.fetchNext) return startOver(taken);
    const place = { topic: taken.source, partition: taken.partition };
    taken.fetchNext = fetched.next;
    partitions.keep(
      taken,
      fetched.messages.map((message) => recordOf(message, place)),
    );
    signal.raise();
    const { signal: over } = assignment;
    while (partitions.waiting >= maxRecords && !over.aborted && !stop.signal.aborted) {
      await room.wait(timings.heartbeatMs);
      await alive();
    }
  }

  // Fetched for an earlier assignment, or kafkajs has reset the offset by itself: the position decides.
  async function startOver(taken: TakenPartition): Promise<void> {
    try {
      await checkPosition(taking, { ...taken, next_offset: taken.fetchNext });
      if (partitions.get(taken) === taken) member.open([taken]);
    } catch (error) {
      if (isAppError(error, 'POSITION_INVALID')) fail(error);
      else throw error;
    }
  }

  function batchOptions(over: AbortSignal): BatchOptions<TakenPartition> {
    return {
      consume: options,
      publish: context.collectDeadLetters,
      move: (tx, moves) => movePositions(tx, group, moves),
      signals,
      logger,
      backoff,
      pause: (ms) => pauseIn(ms, over),
      stopping: () => stop.signal.aborted || over.aborted,
    };
  }

  // Not before lingerMs after the last batch, so that a busy consumer has full batches and an idle one no delay.
  async function linger(): Promise<void> {
    const waitMs = lingerMs - (performance.now() - lastBatchMs);
    if (waitMs > 0 && partitions.waiting < maxRecords) await pauseIn(waitMs, assignment.signal);
  }

  async function round(): Promise<void> {
    if (partitions.waiting === 0) return signal.wait();
    await linger();
    // What is taken from here on belongs to the assignment of this moment.
    const { signal: over } = assignment;
    const records = stop.signal.aborted ? [] : partitions.take(maxRecords);
    if (records.length === 0) return;
    lastBatchMs = performance.now();
    room.raise();
    busy += 1;
    await handle(records, over).finally(() => {
      busy -= 1;
    });
  }

  async function handle(records: BatchRecord<TakenPartition>[], over: AbortSignal): Promise<void> {
    signals.received(records.length);
    signals.lag(ageOf(records));
    try {
      await settleBatch(batchOptions(over), records);
    } catch (error) {
      // Where the group has changed meanwhile, all is taken again anyway.
      if (!(error instanceof Stopped) && !over.aborted) await recover(error);
      return;
    }
    watchdog.progressed();
    hintSoon();
    if (partitions.waiting === 0) signals.lag(0);
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) await round();
  }

  // The position is another's, or this one's own commit went through unseen. Whom the group no longer knows has nothing to
  // take: it would fence the member that has its partitions now.
  async function recover(error: unknown): Promise<void> {
    const places = assigned ?? [];
    if (isFenced(error)) logger.info({ group }, 'partition taken by another member');
    else logger.warn({ group, err: error, transient: isTransient(error) }, 'reading is interrupted');
    forget();
    const { signal: over } = assignment;
    if (!isFenced(error)) await pauseIn(backoff.next(), over);
    void takeIfKnown(places, over);
  }

  async function takeIfKnown(places: Place[], over: AbortSignal): Promise<void> {
    for (;;) {
      const known = await member.isKnown().catch(() => undefined);
      if (over.aborted || stop.signal.aborted || known === false) return;
      if (known) return take(places, over);
      await pauseIn(takeBackoff.next(), over);
    }
  }

  function fail(error: unknown): void {
    failed = true;
    tookFirst.reject(error);
    signals.failed('position');
    logger.fatal({ group, err: error }, 'consumer stopped: the log does not have its position');
    forget();
    stop.abort();
    watchdog.stop();
    // Not awaited: it waits for the fetch that may have called this.
    void member.stop();
  }

  function hintSoon(): void {
    hint ??= setTimeout(() => {
      hint = undefined;
      void tellPosition();
    }, hintEveryMs);
  }

  async function tellPosition(): Promise<void> {
    await member
      .commit(partitions.all.map(({ topic, partition, stored }) => ({ topic, partition, next: stored })))
      .catch((error: unknown) => logger.debug({ group, err: error }, 'offset not told to Kafka'));
  }

  // Without an assignment there may be: the group's partitions may be waiting for this member to come back.
  async function hasWork(): Promise<boolean> {
    const asked = assigned ?? topics.map((topic) => ({ topic, partition: 0 }));
    const names = [...new Set(asked.map(({ topic }) => topic))];
    const highs = new Map(
      await Promise.all(names.map(async (topic) => [topic, await reader.bounds(topic)] as const)),
    );
    if (!assigned) return true;
    return assigned.some((place) => {
      const high = highs.get(place.topic)?.[place.partition]?.high ?? 0n;
      return high > (partitions.get(place)?.stored ?? 0n);
    });
  }

  return {
    async start() {
      await context.startBus();
      for (const topic of options.topics) await reader.partitionsOf(deadLetterTopic(topic, group));
      running = run();
      try {
        await member.start();
        await tookFirst.promise;
      } catch (error) {
        await this.stop();
        throw isTransient(error) ? new AppError('BUS_UNAVAILABLE', {}, { cause: error }) : error;
      }
      watchdog.start();
    },
    async stop() {
      stop.abort();
      watchdog.stop();
      clearTimeout(hint);
      signal.raise();
      room.raise();
      await running;
      if (running && !failed) await tellPosition();
      await member.stop();
    },
    lag: () => groupLag({ database, reader, group, topics }),
    isHealthy: () => !failed && watchdog.isHealthy(),
  };
}
