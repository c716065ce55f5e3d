import { setTimeout as sleep } from 'node:timers/promises';
import { createHealth } from '@omnigate/runtime';
import type { LaunchedKafka } from '@omnigate/testkit';
import {
  consumeEffects,
  createGate,
  effectsOf,
  recordOf,
  tenantId,
  uniqueName,
  until,
  untilEffects,
  writeEffects,
} from '../contract/bus-under-test';
import { type KafkaProcess, testLogger } from '../testing/kafka-process';
import { type KafkaScene, openKafkaScene } from '../testing/kafka-scene';
import { openWires } from '../testing/wires';
import { applyTopics } from './apply-topics';
import { createClient, requestTimeoutMs, singleRetry } from './client';
import { openKafkajsProducer } from './kafkajs-client';
import { messageOf } from './message';
import { createPartitionReader } from './partition-reader';
import { createRecordProducer } from './producer';

/** Faults of the one broker there is: nothing is lost, nothing is in another order, and who waits is told in time. */
describe('the Kafka driver with one broker', () => {
  let scene: KafkaScene;
  let kafka: LaunchedKafka;
  let topic: string;
  let group: string;
  beforeAll(async () => {
    scene = await openKafkaScene(1);
    kafka = scene.kafka;
  }, 120_000);
  afterAll(() => scene.close());
  beforeEach(async () => {
    ({ topic, group } = await scene.prepare());
  });
  afterEach(() => scene.clear());

  const node = () => {
    const [only] = kafka.nodes;
    if (!only) throw new Error('there is one broker');
    return only;
  };
  const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, i) => String(from + i));
  const publish = (process: KafkaProcess, values: string[]) =>
    process.database.transaction({ tenants: [tenantId] }, async (tx) => {
      process.bus.publish(
        tx,
        values.map((value) => recordOf(topic, 'key', value)),
      );
    });
  const valuesOf = (effects: { value: string }[]) => effects.map(({ value }) => value);
  /** At least once: a repeat is dropped by its event id, as consumers do. */
  const firstOfEach = (effects: { event_id: string; value: string }[]) => [
    ...new Map(effects.map((effect) => [effect.event_id, effect.value])).values(),
  ];

  test('waits for a broker that is slow to become ready', async () => {
    await node().kill();
    const opening = scene.open();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await node().start();
    const process = await opening;
    const consumer = consumeEffects(process, { group, topics: [topic] });
    await consumer.start();
    await process.bus.append(recordOf(topic, 'key', 'there'));
    expect(valuesOf(await untilEffects(process, group, 1))).toEqual(['there']);
    await consumer.stop();
  }, 120_000);

  test('a broker that is restarted in the middle of a batch costs nothing and repeats nothing', async () => {
    const process = await scene.open();
    const began = createGate();
    const goOn = createGate();
    const consumer = consumeEffects(process, {
      group,
      topics: [topic],
      maxRecords: 10,
      async handle(tx, records) {
        began.open();
        await goOn.passed;
        await writeEffects(tx, group, records);
      },
    });
    await consumer.start();
    await process.bus.appendAll(numbers(100).map((value) => recordOf(topic, 'key', value)));
    await began.passed;
    await node().kill();
    await node().start();
    goOn.open();
    await until(() =>
      process.bus.append(recordOf(topic, 'key', '100')).then(
        () => true,
        () => false,
      ),
    );
    const effects = await untilEffects(process, group, 101);
    await consumer.stop();
    expect(valuesOf(effects)).toEqual(numbers(101));
  }, 120_000);

  test('scenario 20: while the broker is away, what is published waits, in order, and an append is refused in time', async () => {
    const process = await scene.open({ kafka: { appendTimeoutMs: 1_500 } });
    const consumer = consumeEffects(process, { group, topics: [topic] });
    await consumer.start();
    await process.bus.append(recordOf(topic, 'other', 'before'));
    await untilEffects(process, group, 1);
    await node().kill();
    const refused = process.bus.append(recordOf(topic, 'other', 'refused'));
    await expect(refused).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
    for (const value of numbers(20)) await publish(process, [value]);
    await node().start();
    const effects = await untilEffects(process, group, 21);
    await consumer.stop();
    expect(firstOfEach(effects).filter((value) => value !== 'refused')).toEqual(['before', ...numbers(20)]);
  }, 120_000);

  test('topics are made though the broker is busy for longer than any other request waits', async () => {
    const specs = [{ topic: uniqueName('late'), partitions: 1, replication: 1, compacted: false }];
    node().pause();
    const applied = applyTopics(
      { brokers: kafka.brokers },
      specs.map((spec) => ({ ...spec, retentionHours: 1 })),
      testLogger,
    );
    await sleep(requestTimeoutMs + 1_000);
    node().resume();
    expect(await applied).toEqual(specs.map(({ topic }) => ({ topic, outcome: 'created' })));
  }, 60_000);

  test('a broker that is stopped and says nothing: time-outs, red, and on again without a restart', async () => {
    const health = createHealth();
    const process = await scene.open({ health, kafka: { appendTimeoutMs: 1_000, stuckAfterMs: 1_500 } });
    const consumer = consumeEffects(process, { group, topics: [topic] });
    await consumer.start();
    await process.bus.append(recordOf(topic, 'key', 'before'));
    await untilEffects(process, group, 1);
    expect(await health.readiness()).toEqual({ ready: true, checks: { bus: true } });
    node().pause();
    try {
      const silent = process.bus.append(recordOf(topic, 'key', 'silent'));
      await expect(silent).rejects.toMatchObject({ code: 'BUS_UNAVAILABLE' });
      await publish(process, ['published']);
      await until(async () => !(await health.readiness()).ready);
    } finally {
      node().resume();
    }
    await until(() =>
      process.bus.append(recordOf(topic, 'other', 'after')).then(
        () => true,
        () => false,
      ),
    );
    await until(async () => (await health.readiness()).ready);
    // What was silent may have been written: its caller was told that nobody knows. The relay comes in its own time.
    const wanted = ['published', 'after'];
    await until(async () => {
      const values = valuesOf(await effectsOf(process, group));
      return wanted.every((value) => values.includes(value));
    });
    const effects = await effectsOf(process, group);
    await consumer.stop();
    expect(firstOfEach(effects).filter((value) => value !== 'silent')).toEqual(
      expect.arrayContaining(['before', 'published', 'after']),
    );
  }, 120_000);

  test('a record whose acknowledgement is lost does not swallow the next one', async () => {
    const wires = openWires();
    // Metadata names a new topic's leader before it leads: one more attempt at once may be refused too.
    const retry = { retries: 4, initialRetryTime: 100, maxRetryTime: 400 };
    const client = createClient({ brokers: kafka.brokers, connect: wires.connect }, testLogger, retry, 500);
    const open = () => openKafkajsProducer(client, retry);
    const producer = createRecordProducer({ open, timeoutMs: 20_000, logger: testLogger });
    const send = (value: string) => {
      const message = messageOf(recordOf(topic, 'key', value), 0);
      return producer.send([{ topic, partition: 0, message, bytes: 100 }]);
    };
    await send('first');
    wires.deafen(true);
    await expect(send('unheard')).rejects.toThrow(/timed out/);
    wires.deafen(false);
    await send('next');
    await producer.close();
    const reader = createPartitionReader(createClient({ brokers: kafka.brokers }, testLogger));
    await reader.partitionsOf(topic);
    const [read] = await reader.read([{ topic, partition: 0, next: 0n }], 100);
    await reader.close();
    const values = read?.partition.messages.map(({ value }) => String(value));
    expect(values).toEqual(['first', 'unheard', 'next']);
  }, 60_000);

  test('what was given up while Kafka was away is not written behind what came after it', async () => {
    const wires = openWires();
    const client = createClient(
      { brokers: kafka.brokers, connect: wires.connect },
      testLogger,
      singleRetry,
      500,
    );
    const open = () => openKafkajsProducer(client, singleRetry);
    const producer = createRecordProducer({ open, timeoutMs: 1_000, againAfterMs: 50, logger: testLogger });
    const send = (value: string) => {
      const message = messageOf(recordOf(topic, 'key', value), 0);
      return producer.send([{ topic, partition: 0, message, bytes: 100 }]);
    };
    await send('before');
    wires.cut();
    await expect(send('given up')).rejects.toThrow();
    wires.mend();
    await send('after');
    // Longer than a producer that goes on trying waits between two attempts.
    await sleep(2_500);
    await producer.close();
    const reader = createPartitionReader(createClient({ brokers: kafka.brokers }, testLogger));
    await reader.partitionsOf(topic);
    const [read] = await reader.read([{ topic, partition: 0, next: 0n }], 100);
    await reader.close();
    expect(read?.partition.messages.map(({ value }) => String(value))).toEqual(['before', 'after']);
  }, 60_000);

  test('no progress though there is something to read: the consumer is begun again, and the process is told', async () => {
    const health = createHealth();
    const stuck = createGate();
    const process = await scene.open({ health, onStuck: stuck.open, kafka: { stuckAfterMs: 1_000 } });
    const consumer = consumeEffects(process, { group, topics: [topic] });
    await consumer.start();
    await process.bus.append(recordOf(topic, 'key', 'before'));
    await untilEffects(process, group, 1);
    process.wires.loseFetches(true);
    await until(() => process.wires.lostFetches > 0);
    await process.bus.append(recordOf(topic, 'key', 'unread'));
    await stuck.passed;
    await until(async () => !(await health.readiness()).ready);
    process.wires.loseFetches(false);
    expect(valuesOf(await untilEffects(process, group, 2))).toEqual(['before', 'unread']);
    await until(async () => (await health.readiness()).ready);
    await consumer.stop();
  }, 120_000);
});
