import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@omnigate/errors';
import type { Logger } from '@omnigate/runtime';
import type { Admin, ITopicConfig } from 'kafkajs';
import { createClient } from './client';
import type { KafkaOptions } from './options';

/** A topic as it shall be. */
export interface TopicSpec {
  topic: string;
  partitions: number;
  /** Replicas of each partition; -1: what the brokers do by default. */
  replication: number;
  /** Only the newest record of a key is kept. */
  compacted: boolean;
  /** Of a topic that is not compacted. */
  retentionHours: number;
}

/** What became of a topic. */
export interface AppliedTopic {
  topic: string;
  outcome: 'created' | 'unchanged';
  /** Where it was there already with another number: only an operator may change that. */
  partitions?: { has: number; shall: number };
}

/** A broker that has just been started, on a busy machine, takes more than the 5 s of other requests for its first topics. */
const leadersMs = 25_000;
const answerMs = 30_000;
const lookAgainMs = 100;
const retry = { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000 };

/**
 * Makes the topics that are missing. What is there is left as it is: another number of partitions would move keys between
 * them, and break their order.
 * @returns one for each, in order
 * @throws AppError BUS_UNAVAILABLE
 */
export async function applyTopics(
  kafka: KafkaOptions,
  specs: TopicSpec[],
  logger: Logger,
): Promise<AppliedTopic[]> {
  const admin = createClient(kafka, logger, retry, answerMs).admin();
  try {
    await admin.connect();
    const before = await countPartitions(admin);
    const missing = specs.filter(({ topic }) => !before.has(topic));
    if (missing.length > 0) await make(admin, missing);
    return specs.map((spec) => appliedOf(spec, before.get(spec.topic)));
  } catch (error) {
    throw new AppError('BUS_UNAVAILABLE', {}, { cause: error });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function make(admin: Admin, specs: readonly TopicSpec[]): Promise<void> {
  // Somebody who applies at the same time may be first: then they are there.
  await admin.createTopics({ topics: specs.map(configOf), waitForLeaders: false, timeout: leadersMs });
  const until = performance.now() + leadersMs;
  while (!(await haveLeaders(admin, specs))) {
    if (performance.now() > until) throw new Error('topics that were made have no leaders');
    await sleep(lookAgainMs);
  }
}

/** Not by kafkajs' own wait for leaders: that fails where the broker that it asks does not know a new topic yet. */
async function haveLeaders(admin: Admin, specs: readonly TopicSpec[]): Promise<boolean> {
  const { topics } = await admin.fetchTopicMetadata();
  const led = topics.filter(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
  const names = new Set(led.map(({ name }) => name));
  return specs.every(({ topic }) => names.has(topic));
}

async function countPartitions(admin: Admin): Promise<Map<string, number>> {
  const { topics } = await admin.fetchTopicMetadata();
  return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
}

function appliedOf({ topic, partitions: shall }: TopicSpec, has: number | undefined): AppliedTopic {
  if (has === undefined) return { topic, outcome: 'created' };
  return { topic, outcome: 'unchanged', ...(has === shall ? {} : { partitions: { has, shall } }) };
}

function configOf(spec: TopicSpec): ITopicConfig {
  const retention = spec.compacted
    ? { name: 'cleanup.policy', value: 'compact' }
    : { name: 'retention.ms', value: String(spec.retentionHours * 3_600_000) };
  return {
    topic: spec.topic,
    numPartitions: spec.partitions,
    replicationFactor: spec.replication,
    configEntries: [retention],
  };
}
