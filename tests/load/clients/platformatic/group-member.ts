import { setTimeout as sleep } from 'node:timers/promises';
import {
  assignPartitions,
  type Fetched,
  type GroupMember,
  type MemberOptions,
  OffsetOutOfRange,
  type PartitionCursor,
  type PartitionRead,
  type PartitionReader,
} from '@omnigate/bus';
import { AppError } from '@omnigate/errors';
import { createBackoff } from '@omnigate/runtime';
import {
  Admin,
  Consumer,
  type ConsumerGroupJoinPayload,
  type GroupAssignment,
  type GroupPartitionsAssigner,
} from '@platformatic/kafka';
import { atMost, baseOptions, closed, type PlatformaticOptions, retries, shown } from './connecting';
import { createReader } from './reader';

/** As in the member on kafkajs. */
const maxFetchWaitMs = 250;
const joinMs = 30_000;
const commitMs = 2_000;
const idleMs = 50;

/** One membership; it is used until it fails or is ended. */
interface Session {
  consumer: Consumer;
  reader: PartitionReader;
  /** Partitions that give, of the present generation; replaced at each join. */
  cursors: Map<string, PartitionCursor>;
  over: AbortController;
}

/** What was read of a partition, with the cursor that it was read by. */
interface Passed {
  cursor: PartitionCursor;
  fetched: Fetched;
}

/**
 * Makes a member of a group: this client joins, heartbeats and commits, and partitions are read by requests of our own, so
 * that offsets are where the driver put them.
 *
 * @param o the cluster.
 * @param m the group, and who is told.
 * @returns the member.
 */
export function createMember(o: PlatformaticOptions, m: MemberOptions): GroupMember {
  const { group, timings, logger } = m;
  const backoff = createBackoff({ baseMs: 200, maxMs: 5_000 });
  const stop = new AbortController();
  const joined = Promise.withResolvers<void>();
  const admin = shown(o, new Admin(baseOptions(o, retries.none)));
  let session: Session | undefined;
  let running: Promise<void> | undefined;

  function openSession(): Session {
    const consumer = new Consumer({
      ...baseOptions(o, retries.hasty),
      groupId: group,
      sessionTimeout: timings.sessionMs,
      heartbeatInterval: timings.heartbeatMs,
      rebalanceTimeout: timings.rebalanceMs,
      protocols: [{ name: 'omnigate-by-subscription', version: 0 }],
      partitionAssigner: bySubscription,
      autocommit: false,
    });
    consumer.topics.trackAll(...m.topics);
    return {
      consumer: shown(o, consumer),
      reader: createReader(o),
      cursors: new Map(),
      over: new AbortController(),
    };
  }

  function listen(opened: Session): void {
    const { consumer, over } = opened;
    consumer.on('consumer:group:join', ({ assignments = [] }: ConsumerGroupJoinPayload) => {
      if (over.signal.aborted) return;
      opened.cursors = new Map();
      backoff.reset();
      joined.resolve();
      m.onJoined(
        assignments.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition }))),
      );
    });
    consumer.on('consumer:group:rebalance', () => {
      opened.cursors = new Map();
      if (!over.signal.aborted) m.onLost();
    });
    consumer.on('error', (error: Error) => {
      logger.warn({ group, err: error }, 'membership failed, is begun again');
      over.abort();
    });
  }

  async function begin({ consumer, reader, over }: Session): Promise<void> {
    try {
      for (const topic of m.topics) await reader.partitionsOf(topic);
      await consumer.joinGroup({});
    } catch (error) {
      logger.warn({ group, err: error }, 'membership does not begin, is tried again');
      over.abort();
    }
  }

  /** Moves the cursors behind what was read, so that the next request can go out before this is handled. */
  function pass(reads: readonly PartitionRead[], cursors: Session['cursors']): Passed[] {
    return reads.flatMap(({ topic, partition: { partition, messages } }) => {
      const cursor = cursors.get(keyOf(topic, partition));
      const last = messages.at(-1);
      if (!cursor || !last || BigInt(last.offset) < cursor.next) return [];
      const from = cursor.next;
      cursor.next = BigInt(last.offset) + 1n;
      const asked = messages.filter(
        ({ offset, isControlRecord }) => BigInt(offset) >= from && !isControlRecord,
      );
      return [{ cursor, fetched: { topic, partition, from, messages: asked, next: cursor.next } }];
    });
  }

  async function fetchAhead(opened: Session): Promise<Passed[]> {
    const { cursors, reader } = opened;
    if (cursors.size === 0) await sleep(idleMs);
    const asked = [...cursors.values()];
    if (asked.length === 0) return [];
    const starts = new Map(asked.map((cursor) => [cursor, cursor.next]));
    const reads = await reader.read(asked, maxFetchWaitMs);
    // What was opened anew meanwhile begins somewhere else.
    const same = new Map([...cursors].filter(([, cursor]) => starts.get(cursor) === cursor.next));
    return opened.cursors === cursors ? pass(reads, same) : [];
  }

  async function give(opened: Session, { cursor, fetched }: Passed): Promise<void> {
    const { cursors, over } = opened;
    if (cursors.get(keyOf(cursor.topic, cursor.partition)) !== cursor || over.signal.aborted) return;
    await m.onFetched(fetched, async () => {
      if (opened.cursors !== cursors) throw new Error('the group has changed');
    });
  }

  // No position is reset here: the driver looks whether the log has it.
  async function onRefused(opened: Session, error: unknown): Promise<void> {
    if (!(error instanceof OffsetOutOfRange)) {
      logger.debug({ group, err: error }, 'fetching is interrupted');
      return;
    }
    for (const { topic, partition } of opened.cursors.values()) {
      await m.onFetched({ topic, partition, from: -1n, messages: [], next: -1n }, async () => undefined);
    }
  }

  // One request ahead of what is handled, as kafkajs is.
  async function fetchAll(opened: Session): Promise<void> {
    const ahead = (): Promise<Passed[]> => {
      const fetched = fetchAhead(opened);
      fetched.catch(() => undefined);
      return fetched;
    };
    for (let next = ahead(); !opened.over.signal.aborted; ) {
      try {
        const all = await next;
        next = ahead();
        await Promise.all(all.map((each) => give(opened, each)));
      } catch (error) {
        await onRefused(opened, error).catch(() => undefined);
        await sleep(idleMs);
        next = ahead();
      }
    }
  }

  async function hold(opened: Session): Promise<void> {
    const ended = new Promise((resolve) => opened.over.signal.addEventListener('abort', resolve));
    listen(opened);
    void begin(opened);
    // Not waited for: where brokers are away, a fetch under way takes its time.
    void fetchAll(opened);
    await ended;
    m.onLost();
    await Promise.all([closed(() => opened.consumer.close(true)), opened.reader.close()]);
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
      const late = sleep(joinMs, 'late', { ref: false });
      if ((await Promise.race([joined.promise, late])) !== 'late') return;
      throw new AppError('BUS_UNAVAILABLE', {}, { cause: new Error('the group was not joined in time') });
    },
    async stop() {
      stop.abort();
      session?.over.abort();
      await Promise.all([running, closed(() => admin.close())]);
    },
    restart: () => session?.over.abort(),
    open(places) {
      for (const { topic, partition, fetchNext: next } of places) {
        session?.cursors.set(keyOf(topic, partition), { topic, partition, next });
      }
    },
    async commit(places) {
      const offsets = places.map(({ topic, partition, next }) => ({
        topic,
        partition,
        offset: next,
        leaderEpoch: -1,
      }));
      if (offsets.length > 0 && session) await atMost(commitMs, session.consumer.commit({ offsets }));
    },
    async isKnown() {
      const memberId = session?.consumer.memberId;
      if (!memberId) return false;
      const groups = await admin.describeGroups({ groups: [group] });
      return groups.get(group)?.members.has(memberId) ?? false;
    },
  };
}

const keyOf = (topic: string, partition: number): string => `${partition} ${topic}`;

/** The driver's own assignment: it must be the same whatever client a member has. */
const bySubscription: GroupPartitionsAssigner = (_current, members, topics, metadata) => {
  const subscribers = [...members.values()].map((member) => ({
    memberId: member.memberId,
    topics: member.topics ?? [],
  }));
  const names = new Set([...topics, ...subscribers.flatMap((subscriber) => subscriber.topics)]);
  const partitions = new Map(
    [...names].map((name) => [name, metadata.topics.get(name)?.partitionsCount ?? 0]),
  );
  return [...assignPartitions(subscribers, partitions)].map(([memberId, own]) => ({
    memberId,
    assignments: new Map<string, GroupAssignment>(
      Object.entries(own).map(([topic, all]) => [topic, { topic, partitions: all }]),
    ),
  }));
};
