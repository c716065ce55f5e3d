import {
  type BusProcess,
  type BusUnderTest,
  consumeEffects,
  createGate,
  effectsOf,
  recordOf,
  tenantId,
  uniqueName,
  until,
  untilEffects,
  valuesByKey,
} from './bus-under-test';

/** What is published is kept, once, in order. */
export function describePublishing(under: () => BusUnderTest): void {
  describe('publishing', () => {
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

    test('keeps 1,000 parallel appends, each once', async () => {
      const records = Array.from({ length: 1_000 }, (_, i) => recordOf(topic, `key-${i % 97}`, String(i)));
      await Promise.all(records.map((record) => process.bus.append(record)));
      const consumer = consumeEffects(process, { group, topics: [topic] });
      await consumer.start();
      const effects = await untilEffects(process, group, 1_000);
      await consumer.stop();
      expect(effects.map((effect) => effect.event_id).sort()).toEqual(records.map((r) => r.eventId).sort());
    });

    test('brings a record back as it was published', async () => {
      const value = Buffer.from([0, 1, 0xff, 0x5c, 0x78, 0, 0x80]);
      const headers = { traceparent: '00-1-2-03', ce_note: '会话 👋', empty: '' };
      const record = { ...recordOf(topic, 'ключ|会话|👋', ''), value, headers };
      const came = Promise.withResolvers<unknown>();
      const consumer = consumeEffects(process, {
        group,
        topics: [topic],
        handle: async (_, [first]) => came.resolve(first),
      });
      await consumer.start();
      const before = Date.now();
      await process.bus.append(record);
      expect(await came.promise).toMatchObject({ ...record, offset: 0n });
      const { time } = (await came.promise) as { time: Date };
      expect(Math.abs(time.getTime() - before)).toBeLessThan(60_000);
      await consumer.stop();
    });

    test('keeps the order of each key, whichever way records are published', async () => {
      const consumer = consumeEffects(process, { group, topics: [topic], maxRecords: 37 });
      await consumer.start();
      const publishKey = async (key: string) => {
        for (let i = 0; i < 40; i += 4) {
          await process.bus.append(recordOf(topic, key, String(i)));
          await process.bus.appendAll([
            recordOf(topic, key, String(i + 1)),
            recordOf(topic, key, String(i + 2)),
          ]);
          await process.database.transaction({ tenants: [tenantId] }, async (tx) => {
            process.bus.publish(tx, [recordOf(topic, key, String(i + 3))]);
          });
        }
      };
      await Promise.all(Array.from({ length: 20 }, (_, k) => publishKey(`key-${k}`)));
      const values = valuesByKey(await untilEffects(process, group, 800));
      await consumer.stop();
      const inOrder = Array.from({ length: 40 }, (_, i) => String(i));
      expect(values.size).toBe(20);
      for (const all of values.values()) expect(all).toEqual(inOrder);
    });

    test('publishes with the commit, and not with a rollback', async () => {
      const failed = process.database.transaction({ tenants: [tenantId] }, async (tx) => {
        process.bus.publish(tx, [recordOf(topic, 'key', 'rolled back')]);
        throw new Error('the work failed');
      });
      await expect(failed).rejects.toThrow('the work failed');
      await process.database.transaction({ tenants: [tenantId] }, async (tx) => {
        process.bus.publish(tx, [recordOf(topic, 'key', 'first')]);
        process.bus.publish(tx, [recordOf(topic, 'key', 'second')]);
      });
      const consumer = consumeEffects(process, { group, topics: [topic] });
      await consumer.start();
      const effects = await untilEffects(process, group, 2);
      await consumer.stop();
      expect(effects.map((effect) => effect.value)).toEqual(['first', 'second']);
    });

    test('skips nothing that commits late', async () => {
      const gate = createGate();
      const consumer = consumeEffects(process, { group, topics: [topic] });
      await consumer.start();
      const late = process.database.transaction({ tenants: [tenantId] }, async (tx) => {
        process.bus.publish(tx, [recordOf(topic, 'key', 'late')]);
        await tx.query({ text: 'select 1' });
        await gate.passed;
      });
      await process.bus.append(recordOf(topic, 'key', 'early'));
      await untilEffects(process, group, 1);
      gate.open();
      await late;
      const effects = await untilEffects(process, group, 2);
      await consumer.stop();
      expect(effects.map((effect) => effect.value)).toEqual(['early', 'late']);
    });

    test('has offsets in the order of commits, however long transactions take', async () => {
      const offsets = new Map<number, bigint[]>();
      const seen = new Set<string>();
      const follower = process.bus.follow({
        topics: [topic],
        handle(records) {
          for (const record of records) {
            offsets.set(record.partition, [...(offsets.get(record.partition) ?? []), record.offset]);
            seen.add(record.value.toString());
          }
        },
      });
      await follower.ready;
      const write = async (n: number) => {
        await process.database.transaction({ tenants: [tenantId] }, async (tx) => {
          process.bus.publish(tx, [
            recordOf(topic, `key-${n}`, String(n)),
            recordOf(topic, 'shared', `s${n}`),
          ]);
          await tx.query({ text: 'select pg_sleep($1)', values: [((n * 7) % 11) / 500] });
        });
      };
      const writes = Array.from({ length: 120 }, (_, n) => write(n));
      await Promise.all(writes);
      const consumer = consumeEffects(process, { group, topics: [topic] });
      await consumer.start();
      await untilEffects(process, group, 240);
      await consumer.stop();
      await until(() => seen.size === 240);
      await follower.stop();
      for (const all of offsets.values()) expect(all).toEqual(all.map((_, i) => BigInt(i)));
    });

    test('refuses a record that is too large, and takes one of the largest size', async () => {
      const tooLarge = { ...recordOf(topic, 'key', ''), value: Buffer.alloc(900_001) };
      await expect(process.bus.append(tooLarge)).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' });
      const refused = process.database.transaction({ tenants: [tenantId] }, async (tx) =>
        process.bus.publish(tx, [tooLarge]),
      );
      await expect(refused).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE' });
      const sizes: number[] = [];
      const handle = async (_: unknown, records: { value: Buffer }[]) => {
        sizes.push(...records.map(({ value }) => value.length));
      };
      const consumer = consumeEffects(process, { group, topics: [topic], handle });
      await consumer.start();
      const large = Array.from({ length: 12 }, () => ({ ...tooLarge, value: Buffer.alloc(899_000) }));
      await process.bus.appendAll(large);
      await process.bus.append(recordOf(topic, 'key', 'end'));
      while (!sizes.includes(3)) await new Promise((resolve) => setTimeout(resolve, 10));
      await consumer.stop();
      expect(sizes).toEqual([...large.map(() => 899_000), 3]);
      expect(await effectsOf(process, group)).toEqual([]);
    });
  });
}
