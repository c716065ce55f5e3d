import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@omnigate/errors';
import { createBackoff, type Logger } from '@omnigate/runtime';
import type { Batch, EachBatchPayload, Kafka, Consumer as KafkaConsumer } from 'kafkajs';
import { bySubscription } from './assigner';
import { atMost } from './at-most';
import type { FetchedMessage } from './cluster';
import type { Place } from './positions';

/** How long members are believed to be there. */
export interface GroupTimings {
  /** Given up so long after its last heartbeat, ms. */
  sessionMs: number;
  heartbeatMs: number;
  /** Members have so long to come back when the group changes, ms. */
  rebalanceMs: number;
}

/** Long enough for a pause of the process, short enough that nobody waits for a dead one. */
export const defaultTimings: GroupTimings = { sessionMs: 8_000, heartbeatMs: 2_000, rebalanceMs: 10_000 };

/** Messages of a partition, as they were fetched. */
export interface Fetched extends Place {
  /** The offset that was asked for. */
  from: bigint;
  messages: FetchedMessage[];
  /** The offset to be asked for next. */
  next: bigint;
}

/** What happens to a member. It must not throw. */
export interface MemberEvents {
  /** It has joined: these partitions are its own, and give nothing before `open`. */
  onJoined(places: Place[]): void;
  /** It is out of the group, or on its way out: nothing is its own. */
  onLost(): void;
  /**
   * Takes messages of a partition; those of others, of the same fetch, are given at the same time. Nothing more is fetched
   * before all have resolved.
   * @param alive renews the membership; throws where the group has changed, and that must be thrown on
   */
  onFetched(fetched: Fetched, alive: () => Promise<void>): Promise<void>;
}

/** A member of a Kafka group. */
export interface GroupMember {
  /** Joins. @throws AppError BUS_UNAVAILABLE when it has not joined within half a minute */
  start(): Promise<void>;
  /** Leaves. */
  stop(): Promise<void>;
  /** Leaves and joins as another: for one that no longer gets on. */
  restart(): void;
  /** Lets partitions give from these offsets on. */
  open(places: (Place & { fetchNext: bigint })[]): void;
  /** Tells Kafka how far the group is. Tools for lag read it; nothing here does. */
  commit(places: (Place & { next: bigint })[]): Promise<void>;
  /** Whether the group still counts this member. */
  isKnown(): Promise<boolean>;
}

/** What a member needs. */
export interface MemberOptions extends MemberEvents {
  group: string;
  topics: string[];
  timings: GroupTimings;
  logger: Logger;
}

const maxBytes = 8 * 1_024 * 1_024;
/**
 * Brokers hold a fetch that finds nothing for so much of the time between two heartbeats. Shorter costs CPU on both sides
 * (docs/performance.md); longer delays heartbeats and the leaving of the group, which go by the same connection.
 */
const fetchWaitShare = 0.5;
/** All partitions of a fetch are handed over before any of them is waited for. */
const partitionsAtOnce = 256;
const joinMs = 30_000;
const leaveMs = 5_000;
const commitMs = 2_000;

/** One of kafkajs' consumers; it is used until it crashes or is ended. */
interface Session {
  consumer: KafkaConsumer;
  memberId: string | undefined;
  /** Aborted when it is over: whatever kafkajs still does with it concerns nobody. */
  over: AbortController;
}

/**
 * Makes a member of a group. kafkajs' own restart is off: here alone is decided when one is begun again.
 * @param createClient makes a client of its own: clients share a group's offsets between members
 */
export function createGroupMember(createClient: () => Kafka, o: MemberOptions): GroupMember {
  const { group, timings, logger } = o;
  const backoff = createBackoff({ baseMs: 200, maxMs: 5_000 });
  const stop = new AbortController();
  const joined = Promise.withResolvers<void>();
  let session: Session | undefined;
  let running: Promise<void> | undefined;

  function openSession(): Session {
    const consumer = createClient().consumer({
      groupId: group,
      partitionAssigners: [bySubscription],
      sessionTimeout: timings.sessionMs,
      heartbeatInterval: timings.heartbeatMs,
      rebalanceTimeout: timings.rebalanceMs,
      maxWaitTimeInMs: timings.heartbeatMs * fetchWaitShare,
      maxBytes,
      allowAutoTopicCreation: false,
      retry: { restartOnFailure: async () => false },
    });
    return { consumer, memberId: undefined, over: new AbortController() };
  }

  function listen(opened: Session): void {
    const { consumer, over } = opened;
    // At once: kafkajs does not wait for this, and fetches as soon as it returns.
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (over.signal.aborted) return;
      opened.memberId = payload.memberId;
      onJoined(consumer, payload.memberAssignment);
    });
    consumer.on(consumer.events.REBALANCING, () => {
      if (!over.signal.aborted) o.onLost();
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      logger.warn({ group, err: payload.error }, 'consumer crashed, is begun again');
      over.abort();
    });
  }

  function onJoined(consumer: KafkaConsumer, assignment: Record<string, number[]>): void {
    const topics = Object.entries(assignment).map(([topic, partitions]) => ({ topic, partitions }));
    consumer.pause(topics);
    backoff.reset();
    joined.resolve();
    o.onJoined(
      topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition }))),
    );
  }

  async function begin({ consumer, over }: Session): Promise<void> {
    const run = {
      autoCommit: false,
      partitionsConsumedConcurrently: partitionsAtOnce,
      eachBatch: async ({ batch, heartbeat }: EachBatchPayload) => {
        if (!over.signal.aborted) await o.onFetched(fetchedOf(batch), heartbeat);
      },
    };
    const steps = [
      () => consumer.connect(),
      () => consumer.subscribe({ topics: o.topics, fromBeginning: true }),
      () => consumer.run(run),
    ];
    for (const step of steps) if (!over.signal.aborted) await step();
  }

  async function hold(opened: Session): Promise<void> {
    const { consumer, over } = opened;
    listen(opened);
    const ended = new Promise((resolve) => over.signal.addEventListener('abort', resolve));
    const begun = begin(opened).catch((error: unknown) => {
      logger.warn({ group, err: error }, 'consumer does not begin, is tried again');
      over.abort();
    });
    await ended;
    o.onLost();
    // kafkajs may wait for ever for a fetch or a handler. One that had not begun leaves when it has: it must not stay in the
    // group, where partitions would be given to it.
    const left = begun.then(() => consumer.disconnect()).catch(() => undefined);
    await atMost(leaveMs, left);
  }

  async function run(): Promise<void> {
    while (!stop.signal.aborted) {
      session = openSession();
      await hold(session);
      await sleep(backoff.next(), undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  return {
    async start() {
      running ??= run();
      let isJoined = false;
      const waited = joined.promise.then(() => {
        isJoined = true;
      });
      await atMost(joinMs, waited);
      if (isJoined) return;
      throw new AppError('BUS_UNAVAILABLE', {}, { cause: new Error('the group was not joined in time') });
    },
    async stop() {
      stop.abort();
      session?.over.abort();
      await running;
    },
    restart: () => session?.over.abort(),
    open(places) {
      const consumer = session?.consumer;
      if (!consumer) return;
      for (const { topic, partition, fetchNext } of places) {
        consumer.seek({ topic, partition, offset: String(fetchNext) });
      }
      consumer.resume(places.map(({ topic, partition }) => ({ topic, partitions: [partition] })));
    },
    async commit(places) {
      const offsets = places.map(({ topic, partition, next }) => ({
        topic,
        partition,
        offset: String(next),
      }));
      if (offsets.length === 0 || !session) return;
      await atMost(commitMs, session.consumer.commitOffsets(offsets));
    },
    async isKnown() {
      const asked = session;
      if (!asked?.memberId) return false;
      const { members } = await asked.consumer.describeGroup();
      return members.some(({ memberId }) => memberId === asked.memberId);
    },
  };
}

function fetchedOf(batch: Batch): Fetched {
  const { topic, partition } = batch;
  // Not in kafkajs' types.
  const from = BigInt((batch as Batch & { fetchedOffset: string }).fetchedOffset);
  const messages = batch.messages as FetchedMessage[];
  return { topic, partition, from, messages, next: BigInt(batch.lastOffset()) + 1n };
}
