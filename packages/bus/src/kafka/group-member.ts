import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@omnigate/errors';
import { createBackoff, type Logger } from '@omnigate/runtime';
import type { Batch, EachBatchPayload, Kafka, Consumer as KafkaConsumer } from 'kafkajs';
import { bySubscription } from './assigner';
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
   * Takes messages; nothing more is fetched before it resolves.
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
  restart(): Promise<void>;
  /** Lets partitions give from these offsets on. */
  open(places: (Place & { fetchNext: bigint })[]): void;
  /** Tells Kafka how far the group is. Tools for lag read it; nothing here does. */
  commit(places: (Place & { next: bigint })[]): Promise<void>;
  /** Whether the group still counts this member. */
  isKnown(): Promise<boolean>;
}

/** What a member needs. */
export interface MemberOptions extends MemberEvents {
  /** Makes a client of its own: clients share a group's offsets between members. */
  createClient(): Kafka;
  group: string;
  topics: string[];
  timings: GroupTimings;
  logger: Logger;
}

const maxBytes = 8 * 1_024 * 1_024;
/** A partition that is opened, or a heartbeat that is due, waits so long for a fetch that finds nothing. */
const maxFetchWaitMs = 250;
const joinMs = 30_000;
const leaveMs = 10_000;
const commitMs = 2_000;

/** One of kafkajs' consumers; it is used until it crashes. */
interface Session {
  consumer: KafkaConsumer;
  memberId: string | undefined;
  over: boolean;
}

/** Makes a member of a group. kafkajs' own restart is off: here alone is decided when one is begun again. */
export function createGroupMember(o: MemberOptions): GroupMember {
  const { group, timings, logger } = o;
  const backoff = createBackoff({ baseMs: 200, maxMs: 5_000 });
  const stop = new AbortController();
  const joined = Promise.withResolvers<void>();
  let session: Session | undefined;
  let beginning: Promise<void> | undefined;

  function openSession(): Session {
    const consumer = o.createClient().consumer({
      groupId: group,
      partitionAssigners: [bySubscription],
      sessionTimeout: timings.sessionMs,
      heartbeatInterval: timings.heartbeatMs,
      rebalanceTimeout: timings.rebalanceMs,
      maxWaitTimeInMs: maxFetchWaitMs,
      maxBytes,
      allowAutoTopicCreation: false,
      retry: { restartOnFailure: async () => false },
    });
    const opened: Session = { consumer, memberId: undefined, over: false };
    const mine = () => session === opened && !opened.over;
    // At once: kafkajs does not wait for this, and fetches as soon as it returns.
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (!mine()) return;
      opened.memberId = payload.memberId;
      const assigned = Object.entries(payload.memberAssignment).map(([topic, partitions]) => ({
        topic,
        partitions,
      }));
      consumer.pause(assigned);
      backoff.reset();
      joined.resolve();
      o.onJoined(
        assigned.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition }))),
      );
    });
    consumer.on(consumer.events.REBALANCING, () => void (mine() && o.onLost()));
    consumer.on(consumer.events.CRASH, ({ payload }) => void (mine() && onCrash(opened, payload.error)));
    return opened;
  }

  function onCrash(crashed: Session, error: Error): void {
    logger.warn({ group, err: error }, 'consumer crashed, is begun again');
    crashed.over = true;
    o.onLost();
    void begin();
  }

  async function eachBatch(opened: Session, { batch, heartbeat }: EachBatchPayload): Promise<void> {
    if (session !== opened || opened.over) return;
    await o.onFetched(fetchedOf(batch), heartbeat);
  }

  async function beginOnce(): Promise<void> {
    const opened = openSession();
    session = opened;
    const run = {
      autoCommit: false,
      partitionsConsumedConcurrently: 1,
      eachBatch: (payload: EachBatchPayload) => eachBatch(opened, payload),
    };
    const steps = [
      () => opened.consumer.connect(),
      () => opened.consumer.subscribe({ topics: o.topics, fromBeginning: true }),
      () => opened.consumer.run(run),
    ];
    for (const step of steps) {
      await step();
      // kafkajs says nothing here of a crash while it joined, such as at a coordinator that is loading.
      if (session !== opened || opened.over) await discard(opened);
    }
  }

  // It was ended while it began: it must not stay in the group, where partitions would be given to it.
  async function discard(ended: Session): Promise<never> {
    await ended.consumer.disconnect().catch(() => undefined);
    throw new Error('the session was ended while it began');
  }

  async function beginUntilItWorks(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        return await beginOnce();
      } catch (error) {
        logger.warn({ group, err: error }, 'consumer does not begin, is tried again');
        await end();
        await sleep(backoff.next(), undefined, { signal: stop.signal }).catch(() => undefined);
      }
    }
  }

  function begin(): Promise<void> {
    beginning ??= sleep(backoff.next(), undefined, { signal: stop.signal })
      .catch(() => undefined)
      .then(beginUntilItWorks)
      .finally(() => {
        beginning = undefined;
      });
    return beginning;
  }

  // kafkajs may wait for ever for a fetch or a handler; whatever it still does is nobody's session.
  async function end(): Promise<void> {
    const ended = session;
    if (!ended) return;
    ended.over = true;
    session = undefined;
    await atMost(leaveMs, ended.consumer.disconnect()).catch(() => undefined);
  }

  return {
    async start() {
      void begin();
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
      await end();
      await beginning;
      await end();
    },
    async restart() {
      o.onLost();
      await end();
      if (!stop.signal.aborted) await begin();
    },
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

/** Waits for something, and no longer than so many milliseconds. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
  try {
    await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}

function fetchedOf(batch: Batch): Fetched {
  const { topic, partition } = batch;
  // Not in kafkajs' types.
  const from = BigInt((batch as Batch & { fetchedOffset: string }).fetchedOffset);
  const messages = batch.messages as FetchedMessage[];
  return { topic, partition, from, messages, next: BigInt(batch.lastOffset()) + 1n };
}
