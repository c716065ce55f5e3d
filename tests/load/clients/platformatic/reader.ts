import { setTimeout as sleep } from 'node:timers/promises';
import {
  type FetchedMessage,
  fetchWait,
  OffsetOutOfRange,
  type PartitionCursor,
  type PartitionRead,
  type PartitionReader,
} from '@omnigate/bus';
import { AppError } from '@omnigate/errors';
import {
  Admin,
  type ClusterMetadata,
  Consumer,
  FetchIsolationLevels,
  type FetchOptions,
  findErrorBy,
  ListOffsetTimestamps,
  type RecordsBatch,
} from '@platformatic/kafka';
import { baseOptions, closed, type PlatformaticOptions, retries, shown } from './connecting';

type FetchRequest = FetchOptions<Buffer, Buffer, Buffer, Buffer>;
type FetchResponse = Awaited<ReturnType<Consumer['fetch']>>;

/** As in the reader on kafkajs. */
const patienceMs = 10_000;
const startPatienceMs = 30_000;
const againMs = 250;
const maxBytes = 8 * 1_024 * 1_024;
const maxPartitionBytes = 1_024 * 1_024;

/** Bit of a batch's attributes: it marks the end of a transaction. */
const controlBit = 0b10_0000;

/**
 * Reads partitions without a group, by the fetch requests of a consumer that never joins one.
 *
 * @param o the cluster.
 * @returns a reader; it connects when it is first used.
 */
export function createReader(o: PlatformaticOptions): PartitionReader {
  // Tried again below, where the cluster is asked anew each time.
  const base = baseOptions(o, retries.none);
  const consumer = shown(
    o,
    new Consumer({
      ...base,
      groupId: 'omnigate-reader',
      isolationLevel: FetchIsolationLevels.READ_COMMITTED,
    }),
  );
  const admin = shown(o, new Admin(base));
  const counts = new Map<string, number>();
  let isClosed = false;
  let last: Promise<unknown> = Promise.resolve();

  async function tryAgain<T>(work: () => Promise<T>, forMs: number = patienceMs): Promise<T> {
    for (const end = performance.now() + forMs; ; ) {
      try {
        return await work();
      } catch (error) {
        if (findErrorBy(error as Error, 'apiId', 'OFFSET_OUT_OF_RANGE'))
          throw new OffsetOutOfRange('', { cause: error });
        if (isClosed || performance.now() > end || isUnknownTopic(error)) throw unavailable(error);
        consumer.clearMetadata();
        await sleep(againMs);
      }
    }
  }

  // What is fetched is one session with each broker: two requests at a time would confuse it.
  function oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  }

  async function know(topic: string): Promise<number> {
    const { topics } = await consumer.metadata({ topics: [topic] });
    const count = topics.get(topic)?.partitionsCount ?? 0;
    // Fetches find leaders of the topics alone that are tracked.
    consumer.topics.track(topic);
    if (count > 0) counts.set(topic, count);
    return count;
  }

  async function offsetsOf(topic: string, timestamp: bigint, count: number): Promise<bigint[]> {
    const offsets = (await consumer.listOffsets({ topics: [topic], timestamp })).get(topic);
    const all = Array.from({ length: count }, (_, partition) => offsets?.[partition]);
    if (all.some((offset) => offset === undefined)) throw new Error('a partition has no leader');
    return all as bigint[];
  }

  async function fetchFrom(
    node: number,
    cursors: PartitionCursor[],
    { topics }: ClusterMetadata,
    waitMs: number,
  ): Promise<PartitionRead[]> {
    const names = new Map([...topics].map(([name, { id }]) => [id, name]));
    const response = await consumer.fetch({
      node,
      topics: requestOf(cursors, topics),
      maxWaitTime: waitMs,
      minBytes: 1,
      maxBytes,
    });
    return readsOf(response, names);
  }

  return {
    start: () => tryAgain(async () => void (await consumer.metadata({})), startPatienceMs),
    clusterId: () => tryAgain(async () => (await consumer.metadata({})).id),
    topicNames: () => tryAgain(() => admin.listTopics({ includeInternals: true })),
    async partitionsOf(topic) {
      const count = counts.get(topic) ?? (await tryAgain(() => know(topic)));
      if (count === 0) throw unavailable(new Error('the topic does not exist'));
      return count;
    },
    async bounds(topic) {
      const count = await this.partitionsOf(topic);
      return tryAgain(async () => {
        const low = await offsetsOf(topic, ListOffsetTimestamps.EARLIEST, count);
        const high = await offsetsOf(topic, ListOffsetTimestamps.LATEST, count);
        return low.map((each, partition) => ({ low: each, high: high[partition] as bigint }));
      });
    },
    read: (cursors, waitMs) =>
      tryAgain(() =>
        oneByOne(async () => {
          const metadata = await consumer.metadata({ topics: consumer.topics.current });
          const byLeader = Map.groupBy(cursors, ({ topic, partition }) => {
            const leader = metadata.topics.get(topic)?.partitions[partition]?.leader ?? -1;
            if (leader < 0) throw new Error('a partition has no leader');
            return leader;
          });
          const wait = fetchWait(waitMs, byLeader.size);
          const reads = await Promise.all(
            [...byLeader].map(([node, all]) => fetchFrom(node, all, metadata, wait)),
          );
          return reads.flat();
        }),
      ),
    async close() {
      isClosed = true;
      await Promise.all([closed(() => consumer.close(true)), closed(() => admin.close())]);
    },
  };
}

function requestOf(
  cursors: readonly PartitionCursor[],
  topics: ClusterMetadata['topics'],
): FetchRequest['topics'] {
  return [...Map.groupBy(cursors, ({ topic }) => topic)].map(([topic, all]) => ({
    topicId: topics.get(topic)?.id ?? '',
    partitions: all.map(({ partition, next }) => ({
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: next,
      lastFetchedEpoch: -1,
      partitionMaxBytes: maxPartitionBytes,
    })),
  }));
}

function readsOf({ responses }: FetchResponse, names: ReadonlyMap<string, string>): PartitionRead[] {
  return responses.flatMap(({ topicId, partitions }) =>
    partitions.map(({ partitionIndex: partition, highWatermark, records }) => ({
      topic: names.get(topicId) ?? '',
      partition: {
        partition,
        highWatermark: String(highWatermark),
        messages: (records ?? []).flatMap(messagesOf),
      },
    })),
  );
}

function messagesOf({ firstOffset, firstTimestamp, attributes, records }: RecordsBatch): FetchedMessage[] {
  const isControlRecord = (attributes & controlBit) !== 0;
  return records.map(({ offsetDelta, timestampDelta, key, value, headers }) => ({
    offset: String(firstOffset + BigInt(offsetDelta)),
    timestamp: String(firstTimestamp + timestampDelta),
    key,
    value,
    headers: Object.fromEntries(headers.map(([name, text]) => [String(name ?? ''), text ?? undefined])),
    isControlRecord,
  }));
}

const isUnknownTopic = (error: unknown): boolean =>
  error instanceof Error && /^Unknown topic /.test(error.message);

function unavailable(cause: unknown): AppError {
  return new AppError('BUS_UNAVAILABLE', {}, { cause });
}
