import {
  type BusProcess,
  type BusUnderTest,
  consumeEffects,
  recordOf,
  tenantId,
  uniqueName,
  until,
  untilEffects,
  writeEffects,
} from './bus-under-test';

/** What is dead can be looked at, replayed or dropped. */
export function describeDeadLetters(under: () => BusUnderTest): void {
  describe('dead letters', () => {
    let process: BusProcess;
    let topic: string;
    let group: string;
    let broken: boolean;
    beforeAll(async () => {
      process = await under().open();
    });
    afterAll(() => process.stop());
    beforeEach(async () => {
      topic = uniqueName('topic');
      group = uniqueName('group');
      broken = true;
      await under().prepare(topic, group);
    });

    const list = () => process.bus.deadLetters.list({ topic, limit: 100 });
    const consumeBroken = () =>
      consumeEffects(process, {
        group,
        topics: [topic],
        async handle(tx, records) {
          if (broken) throw new TypeError('broken');
          await writeEffects(tx, group, records);
        },
      });

    test('a replay goes to the group that failed alone, with key, event id and tenant, and once', async () => {
      const other = uniqueName('other');
      await under().prepare(topic, other);
      const failing = consumeBroken();
      const fine = consumeEffects(process, { group: other, topics: [topic] });
      await Promise.all([failing.start(), fine.start()]);
      const record = recordOf(topic, 'key', 'value');
      await process.bus.append(record);
      await until(async () => (await list()).length === 1);
      const [letter] = await list();
      broken = false;
      const ids = [letter?.id as string];
      const counts = await Promise.all([
        process.bus.deadLetters.replay(ids),
        process.bus.deadLetters.replay(ids),
      ]);
      expect(counts.sort()).toEqual([0, 1]);
      expect(await process.bus.deadLetters.replay(ids)).toBe(0);
      const effects = await untilEffects(process, group, 1);
      await process.bus.append(recordOf(topic, 'key', 'end'));
      await untilEffects(process, group, 2);
      expect(effects).toEqual([{ event_id: record.eventId, topic, key: 'key', value: 'value' }]);
      const others = await untilEffects(process, other, 2);
      expect(others.map((effect) => effect.value)).toEqual(['value', 'end']);
      await Promise.all([failing.stop(), fine.stop()]);
      expect(letter?.tenantId).toBe(tenantId);
      expect(await list()).toEqual([]);
    });

    test('what fails again is dead again, with its first failure and all attempts', async () => {
      const failing = consumeBroken();
      await failing.start();
      await process.bus.append(recordOf(topic, 'key', 'value'));
      await until(async () => (await list()).length === 1);
      const [first] = await list();
      await process.bus.deadLetters.replay([first?.id as string]);
      await until(async () => (await list()).some((letter) => letter.id !== first?.id));
      await failing.stop();
      const [second] = await list();
      expect(second?.headers.dlq_first_fail_time).toBe(first?.headers.dlq_first_fail_time);
      expect(Number(second?.headers.dlq_attempts)).toBe(Number(first?.headers.dlq_attempts) * 2);
    });

    test('lists newest first, by pages, by tenant and topic; dropped ones are gone', async () => {
      const stranger = '0190c0de-0000-7000-8000-000000000002';
      const failing = consumeBroken();
      await failing.start();
      for (let i = 0; i < 5; i++) {
        const tenant = i === 3 ? stranger : tenantId;
        await process.bus.append({ ...recordOf(topic, 'key', String(i)), tenantId: tenant });
        await until(async () => (await list()).length === i + 1);
      }
      await failing.stop();
      const values = (letters: { value: Buffer }[]) => letters.map((letter) => letter.value.toString());
      const all = await list();
      expect(values(all)).toEqual(['4', '3', '2', '1', '0']);
      const page = await process.bus.deadLetters.list({ topic, limit: 2, before: all[1]?.id as string });
      expect(values(page)).toEqual(['2', '1']);
      expect(values(await process.bus.deadLetters.list({ topic, tenantId: stranger, limit: 9 }))).toEqual([
        '3',
      ]);
      expect(await process.bus.deadLetters.list({ topic: uniqueName('none'), limit: 9 })).toEqual([]);
      const ids = [all[0]?.id as string, all[2]?.id as string];
      expect(await process.bus.deadLetters.drop(ids)).toBe(2);
      expect(await process.bus.deadLetters.drop(ids)).toBe(0);
      expect(await process.bus.deadLetters.replay(ids)).toBe(0);
      expect(values(await list())).toEqual(['3', '1', '0']);
    });

    test('refuses an id that is none', async () => {
      await expect(process.bus.deadLetters.replay(['x'])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(await process.bus.deadLetters.drop(['1-0-999999'])).toBe(0);
    });
  });
}
