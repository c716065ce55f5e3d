import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, KafkaClient, Produced } from '@omnigate/bus';
import type { Database } from '@omnigate/database';
import { newId } from '@omnigate/runtime';
import { percentiles } from '../percentiles';
import { type Cost, type Meter, startMeter } from './cost';
import { indexOf, sampleRecord } from './sample-record';

/** A process's bus, and what is below it. */
export interface Subject {
  bus: Bus;
  /** For the effects of a consumer, which has none here but its position. */
  database: Database;
  client: KafkaClient;
}

/** Milliseconds, with tenths. */
export interface Latency {
  p50: number;
  p95: number;
  p99: number;
}

const partitions = 4;
/** Webhooks that are under way at the same time; the driver makes batches of what comes together. */
const lanes = 2_000;
/** A member that has just joined may wait for a fetch that found nothing: latencies count after this. */
const settleSeconds = 1;
/** Messages of a request, as many as the driver puts into one. */
const requestSize = 1_000;

/**
 * Appends records one by one, many at the same time, as webhooks do.
 *
 * @param subject the process.
 * @param topic where to.
 * @param records how many.
 * @returns what it took.
 */
export async function measureAppend({ bus }: Subject, topic: string, records: number): Promise<Cost> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < records) await bus.append(sampleRecord(topic, next++));
  };
  const meter = startMeter();
  await Promise.all(Array.from({ length: lanes }, lane));
  return meter.read(records);
}

/**
 * Sends requests as the driver does, one at a time, by the client alone: without the port, what it costs is the client's.
 *
 * @param subject the process.
 * @param topic where to.
 * @param records how many.
 * @returns what it took.
 */
export async function measureSend({ client }: Subject, topic: string, records: number): Promise<Cost> {
  const line = client.openProducer({ retry: 'single' });
  await line.connect();
  const request = Array.from({ length: requestSize }, (_, index) => messageOf(topic, index));
  const meter = startMeter();
  for (let sent = 0; sent < records; sent += requestSize) await line.send(request);
  const cost = meter.read(records);
  await line.disconnect();
  return cost;
}

function messageOf(topic: string, index: number): Produced {
  const { key, value, eventId, type, tenantId } = sampleRecord(topic, index);
  const partition = index % partitions;
  const headers = { ce_id: eventId, ce_type: type, 'omnigate-tenant': tenantId };
  return {
    topic,
    partition,
    bytes: value.length,
    message: { key, value: Buffer.from(value), partition, headers },
  };
}

/** Counts what is handled, from the first batch on: joining a group is not reading. */
function startCount(records: number) {
  const done = Promise.withResolvers<Cost>();
  let meter: Meter | undefined;
  let first = 0;
  let seen = 0;
  return {
    done: done.promise,
    handled(count: number) {
      seen += count;
      if (!meter) {
        meter = startMeter();
        first = seen;
      } else if (seen >= records) done.resolve(meter.read(seen - first));
    },
  };
}

/**
 * Reads a topic as a member of a group, each batch in a transaction with its position.
 *
 * @param subject the process.
 * @param topic what was appended.
 * @param records how many there are.
 * @param group its dead letters have a topic.
 * @returns what it took.
 */
export async function measureConsume(
  { bus, database }: Subject,
  topic: string,
  records: number,
  group: string,
): Promise<Cost> {
  const count = startCount(records);
  const consumer = bus.consume({
    group,
    topics: [topic],
    database,
    lingerMs: 0,
    handle: async (_tx, batch) => count.handled(batch.length),
  });
  await consumer.start();
  const cost = await count.done;
  await consumer.stop();
  return cost;
}

/**
 * The place from which a topic is followed.
 *
 * @param bus the process's.
 * @param topic without records yet.
 * @returns the token.
 */
export async function startOf(bus: Bus, topic: string): Promise<string> {
  const follower = bus.follow({ topics: [topic], handle: () => undefined });
  const token = await follower.ready;
  await follower.stop();
  return token;
}

/**
 * Reads a topic without a group and without a database.
 *
 * @param subject the process.
 * @param topic what was appended.
 * @param records how many there are.
 * @param from the token of their beginning.
 * @returns what it took.
 */
export async function measureFollow(
  { bus }: Subject,
  topic: string,
  records: number,
  from: string,
): Promise<Cost> {
  const count = startCount(records);
  const follower = bus.follow({ topics: [topic], from, handle: (batch) => count.handled(batch.length) });
  const cost = await count.done;
  await follower.stop();
  return cost;
}

/**
 * How long a record takes from its being due to its being handled by a member of a group, open loop.
 *
 * @param subject the process.
 * @param topic empty.
 * @param job the group, and at which rate for how long.
 * @returns latencies, and what it took.
 */
export async function measureLatency(
  { bus, database }: Subject,
  topic: string,
  job: { group: string; ratePerSecond: number; seconds: number },
): Promise<{ latency: Latency; cost: Cost }> {
  const settled = job.ratePerSecond * settleSeconds;
  const total = settled + job.ratePerSecond * job.seconds;
  const handledAt = new Float64Array(total);
  let handled = 0;
  const consumer = bus.consume({
    group: job.group,
    topics: [topic],
    database,
    lingerMs: 0,
    handle: async (_tx, batch) => {
      for (const { value } of batch) handledAt[indexOf(value)] = performance.now();
      handled += batch.length;
    },
  });
  await consumer.start();
  const meter = startMeter();
  const startMs = performance.now();
  const dueAt = (index: number): number => startMs + (index * 1_000) / job.ratePerSecond;
  const appends: Promise<void>[] = [];
  while (appends.length < total) {
    while (appends.length < total && dueAt(appends.length) <= performance.now()) {
      appends.push(bus.append(sampleRecord(topic, appends.length)));
    }
    await sleep(1);
  }
  await Promise.all(appends);
  while (handled < total) await sleep(5);
  const cost = meter.read(total);
  await consumer.stop();
  return { latency: latencyOf([...handledAt].map((at, index) => at - dueAt(index)).slice(settled)), cost };
}

function latencyOf(values: number[]): Latency {
  const { p50, p95, p99 } = percentiles(values.map((ms) => ms * 10));
  return { p50: p50 / 10, p95: p95 / 10, p99: p99 / 10 };
}

/**
 * A name that no other measurement has.
 *
 * @param kind what it names.
 * @returns the name.
 */
export const uniqueName = (kind: string): string => `bench-${kind}-${newId()}`;
