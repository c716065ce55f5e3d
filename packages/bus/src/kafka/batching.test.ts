import { consumeEffects, recordOf, tenantId, until, untilEffects } from '../contract/bus-under-test';
import { groupTimings, type KafkaProcess, testLogger } from '../testing/kafka-process';
import { openSharedKafkaScene, type SharedKafkaScene } from '../testing/kafka-scene';
import type { MemberOptions } from './group-member';
import { kafkajsClient } from './kafkajs-client';

/** What makes requests few and batches large. */
describe('batches in Kafka', () => {
  let scene: SharedKafkaScene;
  let topic: string;
  let group: string;
  beforeAll(async () => {
    scene = await openSharedKafkaScene();
  }, 120_000);
  afterAll(() => scene.close());
  beforeEach(async () => {
    ({ topic, group } = await scene.prepare());
  });
  afterEach(() => scene.clear());

  describe('one process relays for several', () => {
    let oldest: KafkaProcess;
    let second: KafkaProcess;
    let third: KafkaProcess;
    beforeEach(async () => {
      [oldest, second, third] = [await scene.open(), await scene.open(), await scene.open()];
      await until(() => relaysNext(oldest));
      expect([await relayedBy(second), await relayedBy(third)]).toEqual([0, 0]);
    });

    const relayedBy = async ({ metrics }: KafkaProcess) =>
      Number(/^omnigate_bus_relayed_total (\d+)$/m.exec(await metrics.text())?.[1] ?? 0);
    const relayedByAll = async () =>
      (await Promise.all([oldest, second, third].map(relayedBy))).reduce((sum, n) => sum + n, 0);
    /** One to each, and so to every shard. */
    const keys = Array.from({ length: 100 }, (_, n) => `key-${n}`);

    /** Whether this one carries some of what is published next, by a process that is never cut off. */
    async function relaysNext(relay: KafkaProcess): Promise<boolean> {
      const [before, allBefore] = [await relayedBy(relay), await relayedByAll()];
      await third.database.transaction({ tenants: [tenantId] }, async (tx) => {
        third.bus.publish(
          tx,
          keys.map((key) => recordOf(topic, key, key)),
        );
      });
      await until(async () => (await relayedByAll()) >= allBefore + keys.length);
      return (await relayedBy(relay)) > before;
    }

    test('and the next oldest while that one is cut off', async () => {
      oldest.isolate();
      await until(() => relaysNext(second));
      expect(await relayedBy(third)).toBe(0);
      oldest.restore();
      await until(() => relaysNext(oldest));
    }, 60_000);

    test('and leaves it to the next where it lacks Kafka alone', async () => {
      oldest.wires.cut();
      await until(() => relaysNext(second));
      expect(await relayedBy(third)).toBe(0);
      oldest.wires.mend();
      // It has become the newest.
      expect(await relaysNext(oldest)).toBe(false);
    }, 90_000);
  });

  /** A process whose members tell each join, and each partition's part of a fetch. */
  const openTold = (told: { onJoined?(): void; onFetched?(): void }) =>
    scene.open({
      client: ({ connect }) => {
        const client = kafkajsClient({ brokers: scene.brokers, connect }, testLogger);
        const createMember = (o: MemberOptions) =>
          client.createMember({
            ...o,
            onJoined: (places) => {
              told.onJoined?.();
              o.onJoined(places);
            },
            onFetched: (fetched, alive) => {
              told.onFetched?.();
              return o.onFetched(fetched, alive);
            },
          });
        return { ...client, createMember };
      },
    });

  test('what comes within a linger is fetched at once, of all partitions', async () => {
    const lingerMs = 200;
    let fetches = 0;
    const reader = await openTold({
      onFetched() {
        fetches += 1;
      },
    });
    const consumer = consumeEffects(reader, { group, topics: [topic], lingerMs });
    await consumer.start();
    const records = 60;
    const since = performance.now();
    // One after the other: each is a request of its own, so fetches that did not wait would bring few of them.
    for (let n = 0; n < records; n++) await reader.bus.appendAll([recordOf(topic, 'key', String(n))]);
    await untilEffects(reader, group, records);
    const lingers = (performance.now() - since) / lingerMs;
    expect(fetches).toBeLessThanOrEqual(Math.ceil(lingers) + 1);
    await consumer.stop();
  }, 60_000);

  test('who lingers for longer than a silent member is believed in is not silent', async () => {
    let joins = 0;
    const reader = await openTold({
      onJoined() {
        joins += 1;
      },
    });
    const consumer = consumeEffects(reader, { group, topics: [topic], lingerMs: 2 * groupTimings.sessionMs });
    await consumer.start();
    for (const [n, value] of ['first', 'lingered for'].entries()) {
      await reader.bus.append(recordOf(topic, 'key', value));
      await untilEffects(reader, group, n + 1);
    }
    expect(joins).toBe(1);
    await consumer.stop();
  }, 60_000);
});
