import type { Kafka } from 'kafkajs';

/** A partition in a request. */
interface PartitionRequest {
  partition: number;
  fetchOffset: string;
  maxBytes: number;
}

/** A message as it comes from a broker. */
export interface FetchedMessage {
  offset: string;
  /** Milliseconds since 1970. */
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
  isControlRecord?: boolean;
}

/** What a broker gives of a partition. */
export interface FetchedPartition {
  partition: number;
  highWatermark: string;
  messages: FetchedMessage[];
}

/** The part of kafkajs' Broker that reads. */
interface Broker {
  disconnect(): Promise<void>;
  fetch(o: {
    isolationLevel: number;
    maxWaitTime: number;
    minBytes: number;
    maxBytes: number;
    topics: { topic: string; partitions: PartitionRequest[] }[];
  }): Promise<{ responses: { topicName: string; partitions: FetchedPartition[] }[] }>;
}

/** The part of kafkajs' Cluster that reads without a group. */
export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  removeBroker(place: { host: string; port: number }): void;
  addMultipleTargetTopics(topics: string[]): Promise<void>;
  findTopicPartitionMetadata(topic: string): { partitionId: number }[];
  findLeaderForPartitions(topic: string, partitions: number[]): Record<string, number[]>;
  findBroker(o: { nodeId: string }): Promise<Broker>;
  metadata(o: { topics: string[] }): Promise<{ clusterId: string; topicMetadata: { topic: string }[] }>;
  fetchTopicsOffset(
    topics: { topic: string; partitions: { partition: number }[]; fromBeginning: boolean }[],
  ): Promise<{ topic: string; partitions: { partition: number; offset: string }[] }[]>;
}

/** Only what committed transactions wrote; we write without any. */
export const readCommitted = 1;

type CreateCluster = (o: {
  metadataMaxAge: number;
  allowAutoTopicCreation: boolean;
  isolationLevel: number;
}) => Cluster;

const metadataMaxAgeMs = 300_000;

/**
 * Makes kafkajs' Cluster. Its public interface reads by groups alone, and a group for every process that follows a topic
 * would be rebalanced for nothing; so this one file takes what its admin and consumer are made of. The version is pinned.
 * @throws Error where another version of kafkajs doesn't have it
 */
export function createCluster(client: Kafka): Cluster {
  const name = Object.getOwnPropertySymbols(client).find(
    (symbol) => symbol.description === 'private:Kafka:createCluster',
  );
  const create = name && (client as unknown as Record<symbol, CreateCluster>)[name];
  if (!create) throw new Error('this version of kafkajs has no createCluster');
  return create({
    metadataMaxAge: metadataMaxAgeMs,
    allowAutoTopicCreation: false,
    isolationLevel: readCommitted,
  });
}
