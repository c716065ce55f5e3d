import { createDatabase, type Database } from '@omnigate/database';
import { type FreshDatabase, freshDatabase, startTestKafka } from '@omnigate/testkit';
import { effectsSchema } from '../contract';
import {
  consumeEffects,
  recordOf,
  tenantId,
  uniqueName,
  until,
  untilEffects,
} from '../contract/bus-under-test';
import { busSchema } from '../postgres/schema';
import { type KafkaProcess, openKafkaProcess, prepareTopics, testLogger } from '../testing/kafka-process';
import { kafkajsClient } from './kafkajs-client';

/** What makes requests few and batches large. */
describe('batches in Kafka', () => {
  let brokers: string[];
  let fresh: FreshDatabase;
  let tables: Database;
  let topic: string;
  let group: string;
  let processes: KafkaProcess[];
  beforeAll(async () => {
    [{ brokers }, fresh] = await Promise.all([startTestKafka(), freshDatabase([busSchema, effectsSchema])]);
    const { schema, role } = busSchema;
    tables = createDatabase({ url: fresh.url, schema, role, applicationName: 'test', logger: testLogger });
  }, 120_000);
  afterAll(async () => {
    await tables.end();
    await fresh.drop();
  });
  beforeEach(async () => {
    [topic, group, processes] = [uniqueName('topic'), uniqueName('group'), []];
    await prepareTopics(brokers, [topic], [group]);
  });
  afterEach(() => Promise.all(processes.map((each) => each.stop())));

  async function open(options: Partial<Parameters<typeof openKafkaProcess>[0]> = {}): Promise<KafkaProcess> {
    const opened = await openKafkaProcess({ brokers, url: fresh.url, ...options });
    processes.push(opened);
    return opened;
  }

  const relayedBy = async ({ metrics }: KafkaProcess) =>
    Number(/^omnigate_bus_relayed_total (\d+)$/m.exec(await metrics.text())?.[1] ?? 0);

  test('one process relays for several, and the next oldest while that one is cut off', async () => {
    const oldest = await open();
    const [second, third] = [await open(), await open()];
    /** One record to each of many keys, and so to every shard, by a process that is not cut off. */
    const publish = () =>
      third.database.transaction({ tenants: [tenantId] }, async (tx) => {
        const keys = Array.from({ length: 100 }, (_, n) => `key-${n}`);
        third.bus.publish(
          tx,
          keys.map((key) => recordOf(topic, key, key)),
        );
      });
    const drained = async () => (await tables.query({ text: 'select from outbox' })).length === 0;
    const relaysMore = async (relay: KafkaProcess) => {
      const before = await relayedBy(relay);
      await publish();
      await until(drained);
      return (await relayedBy(relay)) > before;
    };
    await until(() => relaysMore(oldest));
    expect([await relayedBy(second), await relayedBy(third)]).toEqual([0, 0]);
    oldest.isolate();
    await until(() => relaysMore(second));
    expect(await relayedBy(third)).toBe(0);
    oldest.restore();
    await until(() => relaysMore(oldest));
  }, 60_000);

  test('what comes within a linger is fetched at once, of all partitions', async () => {
    const lingerMs = 200;
    let fetches = 0;
    const reader = await open({
      client: ({ connect }) => {
        const client = kafkajsClient({ brokers, connect }, testLogger);
        return {
          ...client,
          createMember: (o) =>
            client.createMember({
              ...o,
              onFetched: (fetched, alive) => {
                fetches += fetched.messages.length > 0 ? 1 : 0;
                return o.onFetched(fetched, alive);
              },
            }),
        };
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
});
