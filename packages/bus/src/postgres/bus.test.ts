import { createDatabase } from '@omnigate/database';
import { createLogger, createMetrics, newId } from '@omnigate/runtime';
import { freshDatabase } from '@omnigate/testkit';
import { createPostgresBus } from './bus';
import { busSchema } from './schema';

const logger = createLogger({ service: 'test', level: process.env.LOG ?? 'silent' });

test('publishes and consumes', async () => {
  const effects = {
    schema: 'effects',
    role: 'omnigate_effects',
    unscopedTables: ['effect'],
    migrations: [{ id: '1', sql: 'create table effect (id text primary key, place int)' }],
  };
  const fresh = await freshDatabase([busSchema, effects]);
  const bus = createPostgresBus({ url: fresh.url, logger, metrics: createMetrics() });
  const database = createDatabase({
    url: fresh.url,
    schema: 'effects',
    role: 'omnigate_effects',
    applicationName: 't',
    logger,
  });
  const got: string[] = [];
  const all = Promise.withResolvers<void>();
  const consumer = bus.consume({
    group: 'g',
    topics: ['t'],
    database,
    async handle(tx, records) {
      await tx.query({
        text: 'insert into effect select unnest($1::text[])',
        values: [records.map((r) => r.eventId)],
      });
      got.push(...records.map((r) => r.key));
      if (got.length === 300) all.resolve();
    },
  });
  const followed: string[] = [];
  const follower = bus.follow({
    topics: ['t'],
    handle(records) {
      followed.push(...records.map((r) => r.key));
    },
  });
  await follower.ready;
  await consumer.start();
  const tenantId = newId();
  await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      bus.append({
        topic: 't',
        key: `k${i}`,
        value: Buffer.from('x'),
        eventId: newId(),
        type: 'a.b',
        tenantId,
      }),
    ),
  );
  await database.transaction({ tenants: [tenantId] }, async (tx) => {
    bus.publish(
      tx,
      Array.from({ length: 100 }, (_, i) => ({
        topic: 't',
        key: `p${i}`,
        value: Buffer.from('x'),
        eventId: newId(),
        type: 'a.b',
        tenantId,
      })),
    );
  });
  await all.promise;
  expect(got.length).toBe(300);
  expect(followed.length).toBe(300);
  expect(await consumer.lag()).toEqual({ records: 0n, seconds: 0 });
  await bus.stop();
  await database.end();
  await fresh.drop();
});
