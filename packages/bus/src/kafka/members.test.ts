import {
  consumeEffects,
  effectsOf,
  recordOf,
  uniqueName,
  until,
  untilEffects,
  valuesByKey,
} from '../contract/bus-under-test';
import type { Consumer } from '../port';
import { type KafkaProcess, prepareTopics } from '../testing/kafka-process';
import { openSharedKafkaScene, type SharedKafkaScene } from '../testing/kafka-scene';

describe('members of a Kafka group', () => {
  let scene: SharedKafkaScene;
  let group: string;
  beforeAll(async () => {
    scene = await openSharedKafkaScene();
  }, 120_000);
  afterAll(() => scene.close());
  beforeEach(() => {
    group = uniqueName('group');
  });
  afterEach(() => scene.clear());

  test('who comes and goes all the time stops nobody, and no record is left out or handled twice', async () => {
    const topic = uniqueName('topic');
    await prepareTopics(scene.brokers, [topic], [group]);
    const members = [await scene.open(), await scene.open(), await scene.open()];
    const [first] = members as [KafkaProcess];
    let sent = 0;
    let going = true;
    const sending = (async () => {
      while (going) {
        const batch = Array.from({ length: 10 }, (_, i) =>
          recordOf(topic, `key-${(sent + i) % 16}`, String(sent + i)),
        );
        await first.bus.appendAll(batch);
        sent += batch.length;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const comeAndGo = async (process: KafkaProcess, turns: number) => {
      for (let turn = 0; turn < turns; turn++) {
        const consumer: Consumer = consumeEffects(process, { group, topics: [topic], maxRecords: 25 });
        await consumer.start();
        const before = (await effectsOf(process, group)).length;
        await until(async () => (await effectsOf(process, group)).length > before + 20);
        await consumer.stop();
      }
    };
    await Promise.all(members.map((process, nth) => comeAndGo(process, 4 + nth)));
    going = false;
    await sending;
    const last = consumeEffects(first, { group, topics: [topic] });
    await last.start();
    const effects = await untilEffects(first, group, sent);
    await until(async () => (await last.lag()).records === 0n);
    await last.stop();
    const values = effects.map(({ value }) => Number(value));
    expect([...values].sort((a, b) => a - b)).toEqual(Array.from({ length: sent }, (_, n) => n));
    for (const all of valuesByKey(effects).values()) {
      const own = all.map(Number);
      expect(own).toEqual([...own].sort((a, b) => a - b));
    }
  }, 120_000);

  test('consumers of one group that read different topics each get their own', async () => {
    const [left, right] = [uniqueName('left'), uniqueName('right')];
    await prepareTopics(scene.brokers, [left, right], [group]);
    const process = await scene.open();
    const consumers = [left, right].map((topic) => consumeEffects(process, { group, topics: [topic] }));
    await Promise.all(consumers.map((consumer) => consumer.start()));
    for (const topic of [left, right]) {
      await process.bus.appendAll(Array.from({ length: 20 }, (_, n) => recordOf(topic, `key-${n}`, topic)));
    }
    const effects = await untilEffects(process, group, 40);
    for (const topic of [left, right]) {
      expect(effects.filter((effect) => effect.topic === topic && effect.value === topic)).toHaveLength(20);
    }
  }, 60_000);
});
