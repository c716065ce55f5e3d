import { deadLetterTopic, retryTopic } from '@omnigate/contracts';
import { createDatabase } from '@omnigate/database';
import { createLogger, createMetrics, type Metrics } from '@omnigate/runtime';
import { type BusProcess, effectsSchema } from '../contract';
import { applyTopics } from '../kafka/apply-topics';
import { createKafkaBus, type KafkaBusOptions } from '../kafka/bus';
import type { KafkaClient } from '../kafka/kafka-client';
import type { KafkaOptions } from '../kafka/options';
import { openLine } from './line';
import { openWires, type Wires } from './wires';

/** Says nothing. */
export const testLogger = createLogger({ service: 'test', level: 'silent' });

/** Short, so that who is gone is given up within a few seconds. */
export const groupTimings = { sessionMs: 2_000, heartbeatMs: 250, rebalanceMs: 4_000 };
const memberTimings = { heartbeatMs: 250, expiryMs: 1_000 };

/** A process on Kafka that a test may cut off. */
export interface KafkaProcess extends BusProcess {
  wires: Wires;
  metrics: Metrics;
}

/** Starts a process of its own. */
export async function openKafkaProcess(
  o: {
    brokers: string[];
    url: string;
    kafka?: Partial<KafkaOptions>;
    /** Makes the client; default: the one that ships. */
    client?: (wires: Wires) => KafkaClient;
  } & Pick<Partial<KafkaBusOptions>, 'health' | 'onStuck'>,
): Promise<KafkaProcess> {
  const wires = openWires();
  const [busLine, databaseLine] = [await openLine(o.url), await openLine(o.url)];
  const { health, onStuck } = o;
  const metrics = createMetrics();
  const bus = createKafkaBus({
    url: busLine.url,
    logger: testLogger,
    metrics,
    timings: memberTimings,
    kafka: { brokers: o.brokers, timings: groupTimings, connect: wires.connect, ...o.kafka },
    ...(o.client ? { client: o.client(wires) } : {}),
    ...(health ? { health } : {}),
    ...(onStuck ? { onStuck } : {}),
  });
  const { schema, role } = effectsSchema;
  const pool = { url: databaseLine.url, schema, role, applicationName: 'effects', logger: testLogger };
  const database = createDatabase(pool);
  await bus.start();
  const isolate = () => {
    wires.cut();
    busLine.cut();
  };
  return {
    bus,
    database,
    wires,
    metrics,
    isolate,
    restore() {
      wires.mend();
      busLine.mend();
    },
    crash() {
      isolate();
      databaseLine.cut();
    },
    async stop() {
      await bus.stop();
      await database.end();
      await Promise.all([busLine.close(), databaseLine.close()]);
    },
  };
}

const partitions = 4;

/** Makes topics, and what groups need beside them. */
export async function prepareTopics(
  brokers: string[],
  topics: string[],
  groups: string[] = [],
): Promise<void> {
  const spec = { replication: -1, compacted: false, retentionHours: 1 };
  const beside = topics.flatMap((topic) =>
    groups.flatMap((group) => [deadLetterTopic(topic, group), retryTopic(topic, group)]),
  );
  const specs = [
    ...topics.map((topic) => ({ topic, partitions, ...spec })),
    ...beside.map((topic) => ({ topic, partitions: 1, ...spec })),
  ];
  await applyTopics({ brokers }, specs, testLogger);
}
