import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@omnigate/errors';
import type { Kafka } from 'kafkajs';
import { type Cluster, createCluster, type FetchedPartition, readCommitted } from './cluster';

/** A place in a partition from which to read. */
export interface PartitionCursor {
  topic: string;
  partition: number;
  /** The offset to read next. */
  next: bigint;
}

/** What was read of one partition. */
export interface PartitionRead {
  topic: string;
  partition: FetchedPartition;
}

/** First and next offset of a partition. */
export interface Bounds {
  low: bigint;
  high: bigint;
}

/** Reads partitions without a group. */
export interface PartitionReader {
  /** Connects; waits half a minute for brokers that are not there yet. @throws AppError BUS_UNAVAILABLE */
  start(): Promise<void>;
  clusterId(): Promise<string>;
  /** All topics of the cluster. @throws AppError BUS_UNAVAILABLE */
  topicNames(): Promise<string[]>;
  /**
   * How many partitions a topic has. Asked once: another number would move keys between partitions.
   * @throws AppError BUS_UNAVAILABLE, where the topic does not exist too: `omnigate topics apply` makes it
   */
  partitionsOf(topic: string): Promise<number>;
  /** Bounds of all partitions of a topic, in their order. @throws AppError BUS_UNAVAILABLE */
  bounds(topic: string): Promise<Bounds[]>;
  /**
   * Reads what comes next in several partitions.
   * @param waitMs for the first record, where there is none; at most half a second of it where there are several brokers
   * @throws AppError BUS_UNAVAILABLE; OffsetOutOfRange
   */
  read(cursors: readonly PartitionCursor[], waitMs: number): Promise<PartitionRead[]>;
  close(): Promise<void>;
}

/** A broker that starts, or a leader that is elected, has this time. */
const patienceMs = 10_000;
const startPatienceMs = 30_000;
const againMs = 250;
const maxBytes = 8 * 1_024 * 1_024;
const maxPartitionBytes = 1_024 * 1_024;

/** What one broker has found waits for the fetches of the others. */
const sharedWaitMs = 500;

/**
 * How long each of several brokers may hold its fetch, where all are waited for.
 * @param waitMs for the first record
 * @returns ms
 */
export const fetchWait = (waitMs: number, brokers: number): number =>
  brokers > 1 ? Math.min(waitMs, sharedWaitMs) : waitMs;

/** The log no longer, or not yet, has the offset that was asked for. */
export class OffsetOutOfRange extends Error {}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

function isUnknownTopic(error: unknown): boolean {
  return (error as { type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION';
}

/** Makes a reader; it connects when it is first used. */
export function createPartitionReader(client: Kafka): PartitionReader {
  const cluster = createCluster(client);
  const counts = new Map<string, number>();
  let closed = false;

  async function tryAgain<T>(work: () => Promise<T>, forMs: number = patienceMs): Promise<T> {
    for (const end = performance.now() + forMs; ; ) {
      try {
        if (!cluster.isConnected()) await cluster.connect();
        await cluster.refreshMetadataIfNecessary();
        return await work();
      } catch (error) {
        if (nameOf(error) === 'KafkaJSOffsetOutOfRange') throw new OffsetOutOfRange('', { cause: error });
        if (closed || performance.now() > end || isUnknownTopic(error)) throw unavailable(error);
        await recover(cluster, error);
      }
    }
  }

  async function know(topic: string): Promise<number> {
    await cluster.addMultipleTargetTopics([topic]);
    const count = cluster.findTopicPartitionMetadata(topic).length;
    if (count > 0) counts.set(topic, count);
    return count;
  }

  async function offsetsOf(topic: string, count: number, fromBeginning: boolean): Promise<bigint[]> {
    const partitions = Array.from({ length: count }, (_, partition) => ({ partition }));
    const [found] = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning }]);
    const byPartition = new Map(
      found?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]),
    );
    const all = partitions.map(({ partition }) => byPartition.get(partition));
    if (all.some((offset) => offset === undefined)) throw new Error('a partition has no leader');
    return all as bigint[];
  }

  async function fetchFrom(
    nodeId: string,
    cursors: PartitionCursor[],
    waitMs: number,
  ): Promise<PartitionRead[]> {
    const broker = await cluster.findBroker({ nodeId });
    // Connected while the reader was closed: nobody else knows of this connection any more.
    if (closed) {
      await broker.disconnect();
      throw new Error('the reader is closed');
    }
    const topics = Map.groupBy(cursors, (cursor) => cursor.topic);
    const { responses } = await broker.fetch({
      isolationLevel: readCommitted,
      maxWaitTime: waitMs,
      minBytes: 1,
      maxBytes,
      topics: [...topics].map(([topic, all]) => ({
        topic,
        partitions: all.map(({ partition, next }) => ({
          partition,
          fetchOffset: String(next),
          maxBytes: maxPartitionBytes,
        })),
      })),
    });
    return responses.flatMap(({ topicName, partitions }) =>
      partitions.map((partition) => ({ topic: topicName, partition })),
    );
  }

  return {
    start: () => tryAgain(async () => undefined, startPatienceMs),
    clusterId: () => tryAgain(async () => (await cluster.metadata({ topics: [] })).clusterId),
    topicNames: () =>
      tryAgain(async () => (await cluster.metadata({ topics: [] })).topicMetadata.map(({ topic }) => topic)),
    async partitionsOf(topic) {
      const count = counts.get(topic) ?? (await tryAgain(() => know(topic)));
      if (count === 0) throw unavailable(new Error('the topic does not exist'));
      return count;
    },
    async bounds(topic) {
      const count = await this.partitionsOf(topic);
      return tryAgain(async () => {
        const low = await offsetsOf(topic, count, true);
        const high = await offsetsOf(topic, count, false);
        return low.map((each, partition) => ({ low: each, high: high[partition] as bigint }));
      });
    },
    read: (cursors, waitMs) =>
      tryAgain(async () => {
        const byLeader = Map.groupBy(cursors, ({ topic, partition }) => {
          const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
          if (leader === undefined) throw new Error('a partition has no leader');
          return leader;
        });
        const wait = fetchWait(waitMs, byLeader.size);
        const reads = await Promise.all([...byLeader].map(([node, all]) => fetchFrom(node, all, wait)));
        return reads.flat();
      }),
    async close() {
      closed = true;
      await cluster.disconnect();
    },
  };
}

function unavailable(cause: unknown): AppError {
  return new AppError('BUS_UNAVAILABLE', {}, { cause });
}

async function recover(cluster: Cluster, error: unknown): Promise<void> {
  const { host, port } = error as { host?: string; port?: number };
  if (nameOf(error) === 'KafkaJSConnectionClosedError' && host && port) cluster.removeBroker({ host, port });
  await sleep(againMs);
  await cluster.refreshMetadata().catch(() => undefined);
}
