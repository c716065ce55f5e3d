import { busSchema } from '@omnigate/bus';
import { createDatabase, type Database } from '@omnigate/database';
import { createLogger, newId } from '@omnigate/runtime';
import { type FreshDatabase, freshDatabase } from '@omnigate/testkit';
import { createRetention } from './retention';
import { routingSchema } from './schema';

const logger = createLogger({ service: 'test', level: 'silent' });
let fresh: FreshDatabase;
let database: Database;

beforeAll(async () => {
  fresh = await freshDatabase([busSchema, routingSchema]);
  const { schema, role } = routingSchema;
  database = createDatabase({ url: fresh.url, schema, role, applicationName: 'test', logger });
}, 60_000);
afterAll(async () => {
  await database?.end();
  await fresh?.drop();
});

async function keep(tenantId: string, count: number, age: string): Promise<void> {
  await database.transaction({ tenants: [tenantId] }, (tx) =>
    tx.query({
      text: `insert into inbound_key (tenant_id, channel_id, event_id, received_at)
        select $1, gen_random_uuid(), gen_random_uuid(), now() - $3::interval from generate_series(1, $2)`,
      values: [tenantId, count, age],
    }),
  );
}

const kept = async (tenantId: string): Promise<number> => {
  const [row] = await database.transaction({ tenants: [tenantId] }, (tx) =>
    tx.query<{ count: number }>({ text: 'select count(*)::int as count from inbound_key' }),
  );
  return row?.count ?? 0;
};

test('forgets all keys older than 8 days of the tenants that it knows, however many', async () => {
  const [one, other, unknown] = [newId(), newId(), newId()];
  for (const tenantId of [one, other, unknown]) {
    await keep(tenantId, 25, '8 days 1 second');
    await keep(tenantId, 3, '7 days 23 hours');
  }
  const retention = createRetention({ database, logger, keysAtOnce: 10 });
  await retention.forget();
  expect(await kept(one)).toBe(28);
  retention.saw(one);
  retention.saw(other);
  await retention.forget();
  expect([await kept(one), await kept(other), await kept(unknown)]).toEqual([3, 3, 28]);
  await retention.stop();
});

test('a transaction without a tenant sees no key, however old', async () => {
  await keep(newId(), 1, '30 days');
  const rows = await database.query({ text: 'select from inbound_key' });
  expect(rows).toEqual([]);
});

test('forgets what messages were reserved in, after as long', async () => {
  const tenantId = newId();
  const scope = { tenants: [tenantId] };
  await database.transaction(scope, (tx) =>
    tx.query({
      text: `insert into reply_reservation (tenant_id, message_id, channel_id, address, after, number, created_at)
        select $1, gen_random_uuid(), gen_random_uuid(), '', 'message', 1, now() - age::interval
        from unnest($2::text[]) age`,
      values: [tenantId, ['9 days', '8 days 1 second', '7 days']],
    }),
  );
  const retention = createRetention({ database, logger });
  retention.saw(tenantId);
  await retention.forget();
  const left = await database.transaction(scope, (tx) => tx.query({ text: 'select from reply_reservation' }));
  expect(left).toHaveLength(1);
  await retention.stop();
});
