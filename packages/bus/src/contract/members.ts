import type { Database } from '@omnigate/database';
import type { Consumer } from '../port';
import {
  type BusProcess,
  type BusUnderTest,
  consumeEffects,
  createGate,
  effectsOf,
  recordOf,
  uniqueName,
  until,
  untilEffects,
  valuesByKey,
  writeEffects,
} from './bus-under-test';

/** Members share a group's partitions: whoever comes, goes, dies or lingers, each record has its effect once. */
export function describeMembers(under: () => BusUnderTest): void {
  describe('members', () => {
    let topic: string;
    let group: string;
    let processes: BusProcess[];
    beforeEach(async () => {
      topic = uniqueName('topic');
      group = uniqueName('group');
      processes = [];
      await under().prepare(topic, group);
    });
    afterEach(async () => {
      await Promise.all(processes.map((process) => process.stop()));
    });

    const open = async () => {
      const process = await under().open();
      processes.push(process);
      return process;
    };
    const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));
    const records = (values: string[]) =>
      values.map((value) => recordOf(topic, `key-${Number(value) % 16}`, value));

    function expectOncePerKeyInOrder(effects: Awaited<ReturnType<typeof effectsOf>>, count: number) {
      expect(effects.map((effect) => Number(effect.value)).sort((a, b) => a - b)).toEqual(
        numbers(count).map(Number),
      );
      for (const values of valuesByKey(effects).values()) {
        const all = values.map(Number);
        expect(all).toEqual([...all].sort((a, b) => a - b));
      }
    }

    test('a member that dies in the middle of a batch is replaced, and its batch handled once', async () => {
      const [dying, heir] = [await open(), await open()];
      const died = createGate();
      const over = createGate();
      const first = consumeEffects(dying, {
        group,
        topics: [topic],
        maxRecords: 30,
        async handle(tx, batch) {
          await writeEffects(tx, group, batch);
          dying.crash();
          died.open();
          await over.passed;
        },
      });
      await first.start();
      await heir.bus.appendAll(records(numbers(200)));
      await died.passed;
      await consumeEffects(heir, { group, topics: [topic] }).start();
      expectOncePerKeyInOrder(await untilEffects(heir, group, 200), 200);
      over.open();
    });

    test('three members join and leave under load', async () => {
      const [a, b, c] = [await open(), await open(), await open()];
      const consume = async (process: BusProcess): Promise<Consumer> => {
        const consumer = consumeEffects(process, { group, topics: [topic], maxRecords: 20 });
        await consumer.start();
        return consumer;
      };
      const batches = Array.from({ length: 60 }, (_, i) =>
        records(numbers(1_200).slice(i * 20, i * 20 + 20)),
      );
      const publish = async () => {
        for (const batch of batches) {
          await a.bus.appendAll(batch);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      };
      const published = publish();
      const first = await consume(a);
      const [second, third] = await Promise.all([consume(b), consume(c)]);
      await first.stop();
      const fourth = await consume(a);
      await second.stop();
      await third.stop();
      const fifth = await consume(b);
      await published;
      expectOncePerKeyInOrder(await untilEffects(a, group, 1_200), 1_200);
      await fourth.stop();
      await a.bus.append(recordOf(topic, 'key', 'end'));
      await untilEffects(a, group, 1_201);
      await fifth.stop();
    });

    test('all members of a group get records', async () => {
      const members = [await open(), await open()];
      const seen = new Set<BusProcess>();
      for (const process of members) {
        const consumer = consumeEffects(process, {
          group,
          topics: [topic],
          async handle(tx, batch) {
            seen.add(process);
            await writeEffects(tx, group, batch);
          },
        });
        await consumer.start();
      }
      const [first] = members as [BusProcess];
      for (let sent = 0; seen.size < 2; sent += 16) {
        await first.bus.appendAll(records(numbers(16)));
        await untilEffects(first, group, sent + 16);
      }
      expect(seen.size).toBe(2);
    });

    test('a zombie is fenced: what it has read before it was given up has no effect', async () => {
      const [zombie, heir] = [await open(), await open()];
      const read = createGate();
      const goOn = createGate();
      const rejected: unknown[] = [];
      const slow: Database = {
        ...zombie.database,
        async transaction(scope, work) {
          read.open();
          await goOn.passed;
          return zombie.database.transaction(scope, work).catch((error: unknown) => {
            rejected.push(error);
            throw error;
          });
        },
      };
      const late = consumeEffects(zombie, {
        group,
        topics: [topic],
        database: slow,
        handle: (tx, batch) => writeEffects(tx, group, batch),
      });
      await late.start();
      await heir.bus.appendAll(records(numbers(50)));
      await read.passed;
      zombie.isolate();
      await consumeEffects(heir, { group, topics: [topic] }).start();
      await untilEffects(heir, group, 50);
      goOn.open();
      await until(() => rejected.length > 0);
      zombie.restore();
      await heir.bus.appendAll(records(numbers(100).slice(50)));
      expectOncePerKeyInOrder(await untilEffects(heir, group, 100), 100);
    });

    test('stopping finishes the batch under way, and the next member goes on behind it', async () => {
      const [leaving, next] = [await open(), await open()];
      const began = createGate();
      const goOn = createGate();
      const first = consumeEffects(leaving, {
        group,
        topics: [topic],
        maxRecords: 10,
        async handle(tx, batch) {
          began.open();
          await goOn.passed;
          await writeEffects(tx, group, batch);
        },
      });
      await first.start();
      await leaving.bus.appendAll(records(numbers(100)));
      await began.passed;
      const stopped = first.stop();
      goOn.open();
      await stopped;
      const kept = (await effectsOf(leaving, group)).length;
      expect(kept).toBeGreaterThan(0);
      expect(kept).toBeLessThanOrEqual(10);
      await consumeEffects(next, { group, topics: [topic] }).start();
      expectOncePerKeyInOrder(await untilEffects(next, group, 100), 100);
    });

    test('the lag of a group says how much waits, and for how long', async () => {
      const process = await open();
      const consumer = consumeEffects(process, { group, topics: [topic] });
      await process.bus.appendAll(records(numbers(7)));
      expect(await consumer.lag()).toMatchObject({ records: 7n });
      await until(async () => (await consumer.lag()).seconds > 0.05);
      await consumer.start();
      await untilEffects(process, group, 7);
      expect(await consumer.lag()).toEqual({ records: 0n, seconds: 0 });
    });
  });
}
