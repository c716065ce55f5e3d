import { AppError } from '@omnigate/errors';
import type { BusRecord } from '../port';
import {
  type BusProcess,
  type BusUnderTest,
  consumeEffects,
  effectsOf,
  recordOf,
  uniqueName,
  until,
  untilEffects,
  valuesByKey,
  writeEffects,
} from './bus-under-test';

/** A failing handler stops nobody, and loses nothing. */
export function describeFailures(under: () => BusUnderTest): void {
  describe('failures', () => {
    let process: BusProcess;
    let topic: string;
    let group: string;
    beforeAll(async () => {
      process = await under().open();
    });
    afterAll(() => process.stop());
    beforeEach(async () => {
      topic = uniqueName('topic');
      group = uniqueName('group');
      await under().prepare(topic, group);
    });

    const valuesOf = (records: BusRecord[]) => records.map((record) => record.value.toString());

    test('one poisoned record of a hundred goes to the dead letters, the others have their effects in order', async () => {
      const records = Array.from({ length: 100 }, (_, i) => recordOf(topic, `key-${i % 5}`, String(i)));
      await process.bus.appendAll(records);
      let calls = 0;
      const consumer = consumeEffects(process, {
        group,
        topics: [topic],
        async handle(tx, batch) {
          calls += 1;
          await writeEffects(tx, group, batch);
          if (valuesOf(batch).includes('42')) await tx.query({ text: "select 'not a number'::int" });
        },
      });
      await consumer.start();
      const effects = await untilEffects(process, group, 99);
      await until(async () => (await consumer.lag()).records === 0n);
      await consumer.stop();
      const expected = new Map(
        [0, 1, 2, 3, 4].map((k) => [
          `key-${k}`,
          Array.from({ length: 20 }, (_, i) => String(i * 5 + k)).filter((value) => value !== '42'),
        ]),
      );
      expect(valuesByKey(effects)).toEqual(expected);
      // Halving: about two transactions for each level.
      expect(calls).toBeLessThan(40);
      const letters = await process.bus.deadLetters.list({ topic, limit: 10 });
      expect(letters).toMatchObject([
        { topic, group, key: 'key-2', eventId: records[42]?.eventId, errorCode: 'SQLSTATE_22P02' },
      ]);
      expect(letters[0]?.headers).toMatchObject({
        dlq_source_topic: topic,
        dlq_attempts: expect.any(String),
      });
      expect(JSON.stringify(letters[0]?.headers)).not.toContain('not a number');
    });

    test('a record whose tenant is none is a record at fault', async () => {
      await process.bus.append({ ...recordOf(topic, 'key', 'bad'), tenantId: 'nobody' });
      await process.bus.append(recordOf(topic, 'key', 'good'));
      const consumer = consumeEffects(process, { group, topics: [topic] });
      await consumer.start();
      const effects = await untilEffects(process, group, 1);
      await consumer.stop();
      expect(effects.map((effect) => effect.value)).toEqual(['good']);
      expect(await process.bus.deadLetters.list({ topic, limit: 10 })).toHaveLength(1);
    });

    test('a dependency that is away for long holds its group, and no other', async () => {
      const other = uniqueName('other');
      await under().prepare(topic, other);
      let failures = 0;
      const waiting = consumeEffects(process, {
        group,
        topics: [topic],
        async handle(tx, batch) {
          await writeEffects(tx, group, batch);
          if (failures < 7) {
            failures += 1;
            throw new AppError('UNAVAILABLE');
          }
        },
      });
      const going = consumeEffects(process, { group: other, topics: [topic] });
      await Promise.all([waiting.start(), going.start()]);
      await process.bus.appendAll(Array.from({ length: 5 }, (_, i) => recordOf(topic, 'key', String(i))));
      await untilEffects(process, other, 5);
      await process.bus.append(recordOf(topic, 'key', '5'));
      await untilEffects(process, other, 6);
      const effects = await untilEffects(process, group, 6);
      await Promise.all([waiting.stop(), going.stop()]);
      expect(failures).toBe(7);
      expect(effects.map((effect) => effect.value)).toEqual(['0', '1', '2', '3', '4', '5']);
      expect(await process.bus.deadLetters.list({ topic, limit: 10 })).toEqual([]);
    }, 90_000);

    test('outcomes: dropped and dead-lettered records leave the rest, retry rolls everything back', async () => {
      let retried = false;
      const consumer = consumeEffects(process, {
        group,
        topics: [topic],
        async handle(tx, batch) {
          const values = valuesOf(batch);
          await writeEffects(
            tx,
            group,
            batch.filter((_, i) => values[i]?.startsWith('ok')),
          );
          const failAll = values.includes('retry') && !retried;
          if (failAll) retried = true;
          return values.map((value) => {
            if (value === 'drop') return { kind: 'drop', reason: 'not for us' };
            if (value === 'dead') return { kind: 'deadLetter', code: 'MESSAGE_INVALID' };
            if (failAll) return { kind: 'retry', error: new Error('later') };
            return { kind: 'ok' };
          });
        },
      });
      const values = ['ok-1', 'drop', 'ok-2', 'dead', 'retry', 'ok-3'];
      await process.bus.appendAll(values.map((value) => recordOf(topic, 'key', value)));
      await consumer.start();
      const effects = await untilEffects(process, group, 3);
      await until(async () => (await consumer.lag()).records === 0n);
      await consumer.stop();
      expect(retried).toBe(true);
      expect(effects.map((effect) => effect.value)).toEqual(['ok-1', 'ok-2', 'ok-3']);
      const letters = await process.bus.deadLetters.list({ topic, limit: 10 });
      expect(letters.map((letter) => [letter.value.toString(), letter.errorCode])).toEqual([
        ['dead', 'MESSAGE_INVALID'],
      ]);
    });

    test('what a failed handler published is not published', async () => {
      const out = uniqueName('out');
      await under().prepare(out, group);
      let failed = false;
      const consumer = consumeEffects(process, {
        group,
        topics: [topic],
        async handle(tx, batch) {
          process.bus.publish(
            tx,
            batch.map((record) => recordOf(out, record.key, record.value.toString())),
          );
          if (!failed) {
            failed = true;
            throw new AppError('UNAVAILABLE');
          }
        },
      });
      const reader = consumeEffects(process, { group, topics: [out] });
      await Promise.all([consumer.start(), reader.start()]);
      await process.bus.append(recordOf(topic, 'key', 'once'));
      await untilEffects(process, group, 1);
      await process.bus.append(recordOf(topic, 'key', 'end'));
      const effects = await untilEffects(process, group, 2);
      await Promise.all([consumer.stop(), reader.stop()]);
      expect(effects.map((effect) => effect.value)).toEqual(['once', 'end']);
    });

    test('a slow consumer has at most maxRecords in memory, one batch at a time', async () => {
      const records = Array.from({ length: 200 }, (_, i) => recordOf(topic, `key-${i}`, String(i)));
      await process.bus.appendAll(records);
      let atOnce = 0;
      const sizes: number[] = [];
      const consumer = consumeEffects(process, {
        group,
        topics: [topic],
        maxRecords: 20,
        async handle(tx, batch) {
          atOnce += 1;
          sizes.push(batch.length);
          expect(atOnce).toBe(1);
          await tx.query({ text: 'select pg_sleep(0.01)' });
          await writeEffects(tx, group, batch);
          atOnce -= 1;
        },
      });
      await consumer.start();
      await untilEffects(process, group, 200);
      await consumer.stop();
      expect(Math.max(...sizes)).toBeLessThanOrEqual(20);
      expect(await effectsOf(process, group)).toHaveLength(200);
    });

    test('what comes while a consumer lingers is of the batch that it lingers for', async () => {
      const lingerMs = 2_000;
      let sizes: number[] = [];
      let sinceMs = 0;
      const consumer = consumeEffects(process, {
        group,
        topics: [topic],
        lingerMs,
        async handle(_tx, batch) {
          if (sizes.push(batch.length) === 1) sinceMs = performance.now();
        },
      });
      await consumer.start();

      async function lingerOnce(): Promise<{ tookMs: number }> {
        sizes = [];
        await process.bus.append(recordOf(topic, 'key', 'first'));
        await until(() => sizes.length === 1);
        // Eight keys are in several partitions.
        for (const key of 'abcdefgh') await process.bus.append(recordOf(topic, key, key));
        const tookMs = performance.now() - sinceMs;
        await until(() => sizes.reduce((sum, size) => sum + size, 0) === 9);
        return { tookMs };
      }

      // A machine so slow that the linger may have been over before all had come tells nothing.
      while ((await lingerOnce()).tookMs > lingerMs / 2);
      await consumer.stop();
      expect(sizes).toEqual([1, 8]);
    });
  });
}
