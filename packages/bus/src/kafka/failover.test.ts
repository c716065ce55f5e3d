import type { LaunchedKafka } from '@omnigate/testkit';
import {
  consumeEffects,
  recordOf,
  tenantId,
  until,
  untilEffects,
  valuesByKey,
} from '../contract/bus-under-test';
import { type KafkaProcess, testLogger } from '../testing/kafka-process';
import { type KafkaScene, openKafkaScene } from '../testing/kafka-scene';
import { createClient } from './client';

/** Three brokers, three replicas, two in sync: one may die at any time, and what was acknowledged is not lost. */
describe('the Kafka driver with three brokers', () => {
  let scene: KafkaScene;
  let kafka: LaunchedKafka;
  let topic: string;
  let group: string;
  beforeAll(async () => {
    scene = await openKafkaScene(3);
    kafka = scene.kafka;
  }, 180_000);
  afterAll(() => scene.close());
  beforeEach(async () => {
    ({ topic, group } = await scene.prepare());
  });
  afterEach(() => scene.clear());

  const retried = (work: () => Promise<void>) =>
    until(() =>
      work().then(
        () => true,
        () => false,
      ),
    );

  /** Which node coordinates the group. */
  async function coordinatorOf(): Promise<LaunchedKafka['nodes'][number]> {
    const admin = createClient({ brokers: kafka.brokers }, testLogger).admin();
    await admin.connect();
    try {
      const { groups } = await admin.describeGroups([group]);
      expect(groups[0]?.state).toBe('Stable');
      const { brokers } = await admin.describeCluster();
      const coordinator = await findCoordinator(brokers.map(({ nodeId }) => nodeId));
      return kafka.nodes[coordinator - 1] as LaunchedKafka['nodes'][number];
    } finally {
      await admin.disconnect();
    }
  }

  // The partition of the offsets topic that a group belongs to has its coordinator as its leader.
  async function findCoordinator(nodeIds: number[]): Promise<number> {
    const consumer = createClient({ brokers: kafka.brokers }, testLogger).admin();
    await consumer.connect();
    try {
      const { topics } = await consumer.fetchTopicMetadata({ topics: ['__consumer_offsets'] });
      const partitions = topics[0]?.partitions ?? [];
      const partition = Math.abs(javaHash(group)) % partitions.length;
      const leader = partitions.find(({ partitionId }) => partitionId === partition)?.leader ?? 0;
      expect(nodeIds).toContain(leader);
      return leader;
    } finally {
      await consumer.disconnect();
    }
  }

  /** Appends and publishes until it is stopped, and repeats what was refused, as providers do. */
  function load(process: KafkaProcess) {
    const acknowledged: string[] = [];
    let going = true;
    const lane = async (key: string) => {
      for (let n = 0; going; n++) {
        const value = `${key}-${n}`;
        const record = recordOf(topic, key, value);
        await retried(() =>
          n % 2 === 0
            ? process.bus.append(record)
            : process.database.transaction({ tenants: [tenantId] }, async (tx) =>
                process.bus.publish(tx, [record]),
              ),
        );
        acknowledged.push(value);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const lanes = Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(lane));
    return {
      acknowledged,
      async stop() {
        going = false;
        await lanes;
      },
    };
  }

  test('the coordinator of a group dies under load: all goes on with another, nothing lost, in order', async () => {
    const [a, b] = [await scene.open(), await scene.open()];
    for (const process of [a, b]) await consumeEffects(process, { group, topics: [topic] }).start();
    const { acknowledged, stop } = load(a);
    await untilEffects(a, group, 60);
    const coordinator = await coordinatorOf();
    await coordinator.kill();
    const before = acknowledged.length;
    await until(() => acknowledged.length > before + 100);
    await coordinator.start();
    await stop();
    const all = new Set(acknowledged);
    await until(
      async () => new Set((await untilEffects(a, group, 1)).map(({ value }) => value)).size >= all.size,
    );
    const effects = await untilEffects(a, group, all.size);
    expect(new Set(effects.map(({ value }) => value))).toEqual(all);
    for (const [key, values] of valuesByKey(effects)) {
      const first = [...new Set(values)];
      expect(first).toEqual(first.map((_, n) => `${key}-${n}`));
    }
  }, 180_000);
});

/** As Java hashes a string: so brokers find a group's place. */
function javaHash(text: string): number {
  let hash = 0;
  for (const char of text) hash = (Math.imul(hash, 31) + (char.codePointAt(0) ?? 0)) | 0;
  return hash;
}
