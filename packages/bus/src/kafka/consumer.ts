import { deadLetterTopic, retryTopic } from '@omnigate/contracts';
import { type Database, isTransient } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import { createBackoff, createSignals, type Logger, type Metrics, pace } from '@omnigate/runtime';
import { ageOf, type BatchOptions, type BatchRecord, Stopped, settleBatch } from '../batch';
import type { ConsumeOptions, Consumer } from '../port';
import { isFenced } from '../position';
import { createSignal } from '../signal';
import type { Fetched, GroupTimings } from './group-member';
import { createHolding } from './holding';
import type { KafkaClient } from './kafka-client';
import { groupLag } from './lag';
import { recordOf } from './message';
import type { PartitionReader } from './partition-reader';
import { movePositions, type TakenPartition } from './positions';
import { createWatchdog } from './watchdog';

/** What a consumer needs of its bus. */
export interface ConsumerContext {
  /** The bus's own. */
  database: Database;
  reader: PartitionReader;
  client: Pick<KafkaClient, 'createMember'>;
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
const retryBaseMs = 100;
const retryMaxMs = 5_000;
const hintEveryMs = 1_000;

/** Makes a member of a group; it joins by `start`. */
export function createConsumer(context: ConsumerContext, options: ConsumeOptions): KafkaConsumer {
  const { group } = options;
  const { database, reader, logger, timings } = context;
  const { maxRecords = defaultMaxRecords, lingerMs = defaultLingerMs } = options;
  const sources = sourcesOf(options);
  const topics = [...sources.keys()];
  const signals = createSignals(context.metrics, `bus.${group}`);
  const signal = createSignal();
  const room = createSignal();
  const stop = new AbortController();
  const backoff = createBackoff({ baseMs: retryBaseMs, maxMs: retryMaxMs });
  let lastBatchMs = 0;
  let fetchAfterMs = 0;
  let isHandling = false;
  let failed = false;
  let running: Promise<void> | undefined;
  let hint: NodeJS.Timeout | undefined;

  const member = context.client.createMember({
    group,
    topics,
    timings,
    logger,
    onJoined: (places) => holding.give(places),
    onLost: () => holding.lose(),
    onFetched,
  });
  const holding = createHolding({
    taking: { database, reader, group, sourceOf: (topic) => sources.get(topic) ?? topic },
    member,
    stop: stop.signal,
    onOver: wake,
    onInvalid: fail,
    logger,
  });
  const { partitions } = holding;
  const watchdog = createWatchdog({
    stuckAfterMs: context.stuckAfterMs,
    hasWork,
    isBusy: () => isHandling || holding.isTaking,
    restart: () => member.restart(),
    onStuck: context.onStuck,
    logger: logger.child({ group }),
  });

  function wake(): void {
    signal.raise();
    room.raise();
  }

  async function onFetched(fetched: Fetched, alive: () => Promise<void>): Promise<void> {
    const taken = partitions.get(fetched);
    if (!taken || stop.signal.aborted) return;
    // For an earlier assignment, or kafkajs has reset the offset by itself: the position decides.
    if (fetched.from !== taken.fetchNext) return holding.startOver(taken);
    const place = { topic: taken.source, partition: taken.partition };
    const records = fetched.messages.map((message) => recordOf(message, place));
    taken.fetchNext = fetched.next;
    partitions.keep(taken, records);
    signal.raise();
    // Who is behind fetches as soon as there is room.
    if (partitions.waiting < maxRecords) await gather();
    else await waitForRoom(alive);
  }

  // A fetch that comes at once brings a few records, costs as much as one of many, and they wait for the next batch anyway.
  async function gather(): Promise<void> {
    const nowMs = performance.now();
    if (nowMs >= fetchAfterMs) fetchAfterMs = nowMs + pace.lingerMs(lingerMs);
    // kafkajs renews the membership between fetches, and only then.
    await holding.pause(Math.min(fetchAfterMs - nowMs, timings.heartbeatMs), holding.over);
  }

  async function waitForRoom(alive: () => Promise<void>): Promise<void> {
    const { over } = holding;
    while (partitions.waiting >= maxRecords && !over.aborted && !stop.signal.aborted) {
      await room.wait(timings.heartbeatMs);
      await alive();
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
      pause: (ms) => holding.pause(ms, over),
      stopping: () => stop.signal.aborted || over.aborted,
    };
  }

  // Not before lingerMs after the last batch, so that a busy consumer has full batches and an idle one no delay.
  async function linger(): Promise<void> {
    const waitMs = pace.lingerMs(lingerMs) - (performance.now() - lastBatchMs);
    if (waitMs > 0 && partitions.waiting < maxRecords) await holding.pause(waitMs, holding.over);
  }

  async function round(): Promise<void> {
    if (partitions.waiting === 0) return signal.wait();
    await linger();
    if (stop.signal.aborted) return;
    // What is taken from here on belongs to the assignment of this moment.
    const { over } = holding;
    const records = partitions.take(maxRecords);
    if (records.length === 0) return;
    lastBatchMs = performance.now();
    room.raise();
    isHandling = true;
    await handle(records, over);
    isHandling = false;
  }

  async function handle(records: BatchRecord<TakenPartition>[], over: AbortSignal): Promise<void> {
    signals.received(records.length);
    signals.lag(ageOf(records));
    try {
      await settleBatch(batchOptions(over), records);
    } catch (error) {
      // Where the group has changed meanwhile, all is taken again anyway.
      if (!(error instanceof Stopped) && !over.aborted) await recover(error, over);
      return;
    }
    watchdog.progressed();
    hintSoon();
    if (partitions.waiting === 0) signals.lag(0);
  }

  // The position is another's, or this one's own commit went through unseen.
  async function recover(error: unknown, over: AbortSignal): Promise<void> {
    if (isFenced(error)) logger.info({ group }, 'partition taken by another member');
    else logger.warn({ group, err: error, transient: isTransient(error) }, 'reading is interrupted');
    if (!isFenced(error)) await holding.pause(backoff.next(), over);
    if (!over.aborted) holding.takeAgain();
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) await round();
  }

  function fail(error: unknown): void {
    failed = true;
    signals.failed('position');
    logger.fatal({ group, err: error }, 'consumer stopped: the log does not have its position');
    stop.abort();
    wake();
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
    const { assigned } = holding;
    const names = new Set(assigned?.map(({ topic }) => topic) ?? topics);
    const highs = new Map(
      await Promise.all([...names].map(async (topic) => [topic, await reader.bounds(topic)] as const)),
    );
    if (!assigned) return true;
    return assigned.some((place) => {
      const high = highs.get(place.topic)?.[place.partition]?.high ?? 0n;
      return high > (partitions.get(place)?.stored ?? 0n);
    });
  }

  async function leave(): Promise<void> {
    stop.abort();
    watchdog.stop();
    clearTimeout(hint);
    wake();
    await running;
    if (running && !failed) await tellPosition();
    await member.stop();
  }

  return {
    async start() {
      await context.startBus();
      for (const topic of options.topics) await reader.partitionsOf(deadLetterTopic(topic, group));
      running = run();
      try {
        await member.start();
        await holding.tried;
      } catch (error) {
        await leave();
        throw isTransient(error) ? new AppError('BUS_UNAVAILABLE', {}, { cause: error }) : error;
      }
      watchdog.start();
    },
    stop: leave,
    lag: () => groupLag({ database, reader, group, topics }),
    isHealthy: () => !failed && watchdog.isHealthy(),
  };
}

/** What a group reads, by what its records are shown to come from. */
function sourcesOf({ topics, group }: ConsumeOptions): Map<string, string> {
  return new Map(
    topics.flatMap((topic) => [
      [topic, topic],
      [retryTopic(topic, group), topic],
    ]),
  );
}
