import { deadLetterTopic } from '@omnigate/contracts';
import { createDatabase, type Database } from '@omnigate/database';
import { createHealth, newId } from '@omnigate/runtime';
import { type FreshDatabase, freshDatabase, startTestKafka } from '@omnigate/testkit';
import { type Admin, Partitioners } from 'kafkajs';
import { effectsSchema } from '../contract';
import {
  consumeEffects,
  createGate,
  recordOf,
  tenantId,
  uniqueName,
  until,
  untilEffects,
  valuesByKey,
  writeEffects,
} from '../contract/bus-under-test';
import { busSchema } from '../postgres/schema';
import { type KafkaProcess, openKafkaProcess, prepareTopics, testLogger } from '../testing/kafka-process';
import { createClient } from './client';

describe('the log in Kafka', () => {
  let brokers: string[];
  let fresh: FreshDatabase;
  let tables: Database;
  let admin: Admin;
  let process: KafkaProcess;
  let topic: string;
  let group: string;
  beforeAll(async () => {
    [{ brokers }, fresh] = await Promise.all([startTestKafka(), freshDatabase([busSchema, effectsSchema])]);
    const { schema, role } = busSchema;
    tables = createDatabase({ url: fresh.url, schema, role, applicationName: 'test', logger: testLogger });
    admin = createClient({ brokers }, testLogger).admin();
    await admin.connect();
    process = await openKafkaProcess({ brokers, url: fresh.url });
  }, 120_000);
  afterAll(async () => {
    await Promise.all([process.stop(), admin.disconnect(), tables.end()]);
    await fresh.drop();
  });
  beforeEach(async () => {
    [topic, group] = [uniqueName('topic'), uniqueName('group')];
    await prepareTopics(brokers, [topic], [group]);
  });

  const consume = () => consumeEffects(process, { group, topics: [topic] });
  const append = (count: number) =>
    process.bus.appendAll(Array.from({ length: count }, (_, n) => recordOf(topic, 'key', String(n))));
  const positions = () =>
    tables.query<{ next_offset: bigint }>({
      text: 'select topic, partition, next_offset from kafka_position where group_name = $1 order by 1, 2',
      values: [group],
    });
  /** Removes the records before an offset, as retention does. */
  const removeBefore = async (offset: string) => {
    const ends = await admin.fetchTopicOffsets(topic);
    const partitions = ends
      .filter(({ high }) => Number(high) > 0)
      .map(({ partition, high }) => ({ partition, offset: Number(offset) < Number(high) ? offset : high }));
    await admin.deleteTopicRecords({ topic, partitions });
  };

  describe('a position that the log does not have stops the consumer, and is not reset', () => {
    const expectInvalid = async () => {
      const before = await positions();
      const consumer = consume();
      await expect(consumer.start()).rejects.toMatchObject({ code: 'POSITION_INVALID' });
      await consumer.stop();
      expect(await positions()).toEqual(before);
    };
    beforeEach(async () => {
      await append(5);
      const consumer = consume();
      await consumer.start();
      await untilEffects(process, group, 5);
      await consumer.stop();
    });

    test('when it lies behind the end', async () => {
      await tables.query({
        text: 'update kafka_position set next_offset = next_offset + 100 where group_name = $1 and topic = $2',
        values: [group, topic],
      });
      await expectInvalid();
    });

    test('when retention was faster', async () => {
      await append(5);
      await removeBefore('7');
      await expectInvalid();
    });

    test('when it is of another cluster', async () => {
      await tables.query({
        text: "update kafka_position set cluster_id = 'another' where group_name = $1",
        values: [group],
      });
      await expectInvalid();
    });

    test('when retention overtakes a consumer that is reading', async () => {
      const health = createHealth();
      const slow = await openKafkaProcess({ brokers, url: fresh.url, health });
      const began = createGate();
      const goOn = createGate();
      const consumer = consumeEffects(slow, {
        group,
        topics: [topic],
        async handle(tx, records) {
          began.open();
          await goOn.passed;
          await writeEffects(tx, group, records);
        },
        maxRecords: 1,
      });
      await consumer.start();
      await append(5);
      await began.passed;
      await append(5);
      await removeBefore('13');
      goOn.open();
      await until(async () => !(await health.readiness()).ready);
      await slow.stop();
      expect((await positions()).map(({ next_offset: next }) => next)).toContain(10n);
      await expectInvalid();
    });
  });

  test('refuses a token when what follows it is no longer kept', async () => {
    const first = process.bus.follow({ topics: [topic], handle: () => undefined });
    const token = await first.ready;
    await first.stop();
    await append(5);
    await removeBefore('3');
    const second = process.bus.follow({ topics: [topic], from: token, handle: () => undefined });
    await expect(second.ready).rejects.toMatchObject({ code: 'RESUME_TOKEN_INVALID' });
    await second.stop();
  });

  test('makes no topic by chance', async () => {
    const missing = uniqueName('missing');
    await expect(process.bus.append(recordOf(missing, 'key', ''))).rejects.toMatchObject({
      code: 'BUS_UNAVAILABLE',
    });
    await expect(consumeEffects(process, { group, topics: [missing] }).start()).rejects.toMatchObject({
      code: 'BUS_UNAVAILABLE',
    });
    expect(await admin.listTopics()).not.toContain(missing);
  });

  test('a topic that is not there yet holds its own shard of the outbox, and no other', async () => {
    const late = uniqueName('late');
    const publish = (name: string, key: string) =>
      process.database.transaction({ tenants: [tenantId] }, async (tx) => {
        process.bus.publish(tx, [recordOf(name, key, `${name} ${key}`)]);
      });
    const keys = Array.from({ length: 40 }, (_, n) => `key-${n}`);
    await publish(late, 'key-0');
    for (const key of keys.slice(1)) await publish(topic, key);
    const consumer = consume();
    await consumer.start();
    // Some of the other keys share the shard: they wait, and lose nothing.
    await untilEffects(process, group, 30);
    await prepareTopics(brokers, [late]);
    await untilEffects(process, group, 39);
    await consumer.stop();
    await until(async () => (await tables.query({ text: 'select from outbox' })).length === 0);
  }, 60_000);

  test('what a process that died had published is relayed by another, in order', async () => {
    const dying = await openKafkaProcess({ brokers, url: fresh.url });
    dying.wires.cut();
    for (let n = 0; n < 60; n++) {
      const key = `key-${n % 20}`;
      await dying.database.transaction({ tenants: [tenantId] }, async (tx) => {
        dying.bus.publish(tx, [recordOf(topic, key, String(n))]);
      });
    }
    dying.crash();
    const consumer = consume();
    await consumer.start();
    const values = valuesByKey(await untilEffects(process, group, 60));
    await consumer.stop();
    await dying.stop();
    expect(values.size).toBe(20);
    for (const [key, all] of values) {
      const nth = Number(key.slice(4));
      expect(all).toEqual([nth, nth + 20, nth + 40].map(String));
    }
  }, 60_000);

  test('followers that stop as soon as they are ready leave no connection behind', async () => {
    const before = process.wires.open;
    for (let count = 0; count < 8; count += 1) {
      const follower = process.bus.follow({ topics: [topic], handle: () => undefined });
      await follower.ready;
      await follower.stop();
    }
    await until(() => process.wires.open <= before);
  });

  test('chooses partitions as the default partitioner of Kafka clients does', async () => {
    const choose = Partitioners.DefaultPartitioner();
    const partitionMetadata = Array.from({ length: 4 }, (_, partitionId) => ({ partitionId, leader: 1 }));
    const keys = Array.from({ length: 60 }, (_, n) => (n % 3 === 0 ? `会话-${n}` : newId()));
    const seen = new Map<string, number>();
    const follower = process.bus.follow({
      topics: [topic],
      handle(records) {
        for (const { key, partition } of records) seen.set(key, partition);
      },
    });
    await follower.ready;
    await process.bus.appendAll(keys.map((key) => recordOf(topic, key, '')));
    await until(() => seen.size === keys.length);
    await follower.stop();
    for (const key of keys) {
      expect(seen.get(key)).toBe(
        choose({ topic, partitionMetadata: partitionMetadata as never, message: { key, value: '' } }),
      );
    }
  });

  test('tells Kafka how far the group is, for tools that show lag', async () => {
    const consumer = consume();
    await consumer.start();
    await append(7);
    await untilEffects(process, group, 7);
    const committed = async () => {
      const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      return found?.partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
    };
    await until(async () => (await committed()) === 7);
    await consumer.stop();
  });

  test('carries CloudEvents attributes and the tenant as headers', async () => {
    const record = { ...recordOf(topic, 'key', 'value'), headers: { traceparent: '00-1-2-03' } };
    await process.bus.append(record);
    const consumer = createClient({ brokers }, testLogger).consumer({ groupId: uniqueName('other') });
    const headers = Promise.withResolvers<Record<string, string>>();
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message }) =>
        headers.resolve(
          Object.fromEntries(
            Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
          ),
        ),
    });
    expect(await headers.promise).toEqual({
      ce_specversion: '1.0',
      ce_source: 'omnigate',
      ce_id: record.eventId,
      ce_type: record.type,
      'omnigate-tenant': tenantId,
      traceparent: '00-1-2-03',
    });
    await consumer.disconnect();
  });

  test('a record of the largest size that nobody can handle has room among the dead letters', async () => {
    const large = { ...recordOf(topic, 'key', ''), value: Buffer.alloc(899_000) };
    await process.bus.append(large);
    const consumer = consumeEffects(process, {
      group,
      topics: [topic],
      async handle() {
        throw new TypeError('too much');
      },
    });
    await consumer.start();
    await until(async () => (await process.bus.deadLetters.list({ topic, limit: 1 })).length === 1);
    await consumer.stop();
    const [letter] = await process.bus.deadLetters.list({ topic: deadLetterTopic(topic, group), limit: 1 });
    expect(letter?.value).toHaveLength(899_000);
  });

  test('a service may append to the outbox and move positions, and nothing else', async () => {
    for (const text of [
      'select from bus.outbox',
      'select from bus.kafka_position',
      'delete from bus.outbox',
    ]) {
      await expect(process.database.query({ text })).rejects.toThrow(/permission denied/);
    }
  });

  test('appends nothing where a shard is not there', async () => {
    const text = `select bus.outbox_append('{0,99}', '{1,1}', '{"${topic}","${topic}"}', '{1,1}', '{1,1}', 'a')`;
    await expect(tables.query({ text })).rejects.toThrow('a shard has no head');
    expect(await tables.query({ text: 'select from outbox where topic = $1', values: [topic] })).toEqual([]);
  });
});
