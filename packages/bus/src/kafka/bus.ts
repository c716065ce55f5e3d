import { createDatabase, type Transaction } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import type { Health, Logger, Metrics } from '@omnigate/runtime';
import type { Bus, OutgoingRecord } from '../port';
import { createHeads } from '../postgres/heads';
import { createMembership, type MembershipTimings } from '../postgres/membership';
import { busSchema } from '../postgres/schema';
import { createUpkeep } from '../postgres/upkeep';
import { createWakeup } from '../postgres/wakeup';
import { maxDeadLetterBytes } from '../record-format';
import { keepRunning, type Stoppable } from '../running';
import { traceBus } from '../traced-bus';
import { createAppender } from './appender';
import { createConsumer, type KafkaConsumer } from './consumer';
import { createDeadLetters } from './dead-letters';
import { createFollower } from './follow';
import { defaultTimings } from './group-member';
import type { KafkaClient } from './kafka-client';
import { kafkajsClient } from './kafkajs-client';
import type { KafkaOptions } from './options';
import { createOutboxSink, type OutboxAppend, outboxAppend } from './outbox';
import { createOutstanding } from './outstanding';
import { createRecordProducer } from './producer';
import { createRelay } from './relay';

/** What `createKafkaBus` needs to know. */
export interface KafkaBusOptions {
  kafka: KafkaOptions;
  /** postgres:// URL of a login that may take the bus's role: for positions, and the outbox. */
  url: string;
  /** For LISTEN; not through a transaction pooler. Default: `url`. */
  listenUrl?: string;
  logger: Logger;
  metrics: Metrics;
  /** Not ready while a consumer does not get on. */
  health?: Health;
  /** A consumer does not get on, though it was begun again: the process should end, to be started again. */
  onStuck?(): void;
  /** When a silent process is given up, and how often each shows that it is there. */
  timings?: MembershipTimings;
  /** Connections to the database; default 4. */
  poolSize?: number;
  /** What speaks to Kafka; default: kafkajs. `npm run bench:clients` puts another beside it. */
  client?: KafkaClient;
}

const defaultMembership: MembershipTimings = { heartbeatMs: 2_000, expiryMs: 8_000 };
const defaultAppendTimeoutMs = 5_000;
/** A leader may be elected meanwhile. */
const appendAgainMs = 100;
const defaultStuckAfterMs = 30_000;
/** Longer than the election of a leader takes, and no longer than a shard should wait for another one's topic. */
const relayTimeoutMs = 15_000;

/** Makes the bus that keeps its log in Kafka, and its positions and outbox in PostgreSQL. */
export function createKafkaBus(o: KafkaBusOptions): Bus {
  const { url, logger, metrics, kafka } = o;
  const timings = o.timings ?? defaultMembership;
  const appendTimeoutMs = kafka.appendTimeoutMs ?? defaultAppendTimeoutMs;
  const { schema, role } = busSchema;
  const pool = { schema, role, poolSize: o.poolSize ?? 4, applicationName: 'omnigate-bus' };
  const database = createDatabase({ url, logger, ...pool });
  const heads = createHeads();
  const client = o.client ?? kafkajsClient(kafka, logger);
  const reader = client.openReader();
  const membership = createMembership({ database, ...timings, announce: () => wakeup.announceMembers() });
  const wakeup = createWakeup({
    database,
    listenUrl: o.listenUrl ?? url,
    heads,
    channel: 'omnigate_outbox',
    headsText: 'select shard::int as log, next_offset from bus.outbox_head where next_offset > 0',
    logger,
    othersAlive: () => membership.othersAlive,
    onMembers: () => void membership.refresh().catch(() => undefined),
  });
  const upkeep = createUpkeep({ membership, wakeup, logger, ...timings, exclusive: false });
  const appending = createRecordProducer({
    open: () => client.openProducer({ retry: 'single', requestTimeoutMs: appendTimeoutMs }),
    timeoutMs: appendTimeoutMs,
    againAfterMs: appendAgainMs,
    logger,
  });
  const outstanding = createOutstanding(database);
  const appender = createAppender({
    database,
    outstanding,
    committed: appended,
    producer: appending,
    reader,
    timeoutMs: appendTimeoutMs,
  });
  const relaying = createRecordProducer({
    open: () => client.openProducer({ retry: 'patient' }),
    timeoutMs: relayTimeoutMs,
    logger,
  });
  const relay = createRelay({ database, membership, heads, reader, producer: relaying, logger, metrics });
  const sink = createOutboxSink(appended);
  const running = new Set<Stoppable>();
  const consumers = new Set<KafkaConsumer>();
  let started: Promise<void> | undefined;
  o.health?.addReadiness('bus', () => [...consumers].every((consumer) => consumer.isHealthy()));

  function appended(appends: OutboxAppend[]): void {
    outstanding.published(appends);
    const next = new Map(appends.map(({ shard, offset }) => [shard, offset + 1n]));
    for (const [shard, offset] of next) {
      heads.raise(shard, offset);
      wakeup.grew(shard, offset);
    }
  }

  const collect = (tx: Transaction, records: readonly OutgoingRecord[], maxBytes?: number) => {
    if (records.length > 0)
      tx.collect(
        sink,
        records.map((record) => outboxAppend(record, maxBytes)),
      );
  };
  const collectDeadLetters = (tx: Transaction, records: readonly OutgoingRecord[]) =>
    collect(tx, records, maxDeadLetterBytes);

  async function begin(): Promise<void> {
    await reader.start();
    await upkeep.start();
    await relay.start();
  }

  function start(): Promise<void> {
    started ??= begin().catch((error: unknown) => {
      started = undefined;
      throw new AppError('BUS_UNAVAILABLE', {}, { cause: error });
    });
    return started;
  }

  const consuming = {
    database,
    reader,
    client,
    collectDeadLetters,
    timings: kafka.timings ?? defaultTimings,
    stuckAfterMs: kafka.stuckAfterMs ?? defaultStuckAfterMs,
    logger,
    metrics,
    startBus: start,
    onStuck: () => o.onStuck?.(),
  };

  const bus: Bus = {
    publish: (tx, records) => collect(tx, records),
    append: (record) => appender.appendAll([record]),
    appendAll: (records) => appender.appendAll(records),
    consume(options) {
      const consumer = createConsumer(consuming, options);
      consumers.add(consumer);
      const stop = async () => {
        consumers.delete(consumer);
        await consumer.stop();
      };
      return keepRunning(running, { ...consumer, stop });
    },
    follow: (options) =>
      keepRunning(
        running,
        createFollower({ openReader: () => client.openReader(), logger, startBus: start }, options),
      ),
    deadLetters: createDeadLetters({ database, reader, collect: collectDeadLetters }),
    start,
    async stop() {
      await Promise.all([...running].map((each) => each.stop()));
      await appender.drain();
      await relay.stop();
      await upkeep.stop();
      await Promise.all([appending.close(), relaying.close(), reader.close()]);
      await database.end();
    },
  };
  return traceBus(bus, 'kafka');
}
