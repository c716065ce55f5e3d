import { DeliveryState } from '@omnigate/contracts';
import { createDatabase, type Database } from '@omnigate/database';
import { createLogger } from '@omnigate/runtime';
import { type FreshDatabase, freshDatabase } from '@omnigate/testkit';
import { routingSchema } from '../schema';
import { rises, risesSql } from './delivery-state';

const {
  DELIVERY_STATE_QUEUED: queued,
  DELIVERY_STATE_SENDING: sending,
  DELIVERY_STATE_UNKNOWN: unknown,
  DELIVERY_STATE_SENT: sent,
  DELIVERY_STATE_DELIVERED: delivered,
  DELIVERY_STATE_READ: read,
  DELIVERY_STATE_FAILED: failed,
} = DeliveryState;
const states = [queued, sending, unknown, sent, delivered, read, failed];
const pairs = states.flatMap((current) => states.map((next) => ({ current, next })));

/** The rule of the design, spelled out. */
const follows: Record<number, readonly DeliveryState[]> = {
  [queued]: [sending, unknown, sent, delivered, read, failed],
  [sending]: [unknown, sent, delivered, read, failed],
  [unknown]: [sent, delivered, read, failed],
  [sent]: [delivered, read, failed],
  [delivered]: [read],
  [read]: [],
  [failed]: [delivered, read],
};

test('the shown state only rises', () => {
  for (const { current, next } of pairs) {
    expect({ current, next, rises: rises(current, next) }).toEqual({
      current,
      next,
      rises: follows[current]?.includes(next),
    });
  }
});

test('scenario 04: read, delivered, sent leave it read', () => {
  const shown = [read, delivered, sent].reduce((now, next) => (rises(now, next) ? next : now), queued);
  expect(shown).toBe(read);
});

describe('in SQL', () => {
  let fresh: FreshDatabase;
  let database: Database;

  beforeAll(async () => {
    fresh = await freshDatabase([routingSchema]);
    const { schema, role } = routingSchema;
    const logger = createLogger({ service: 'test', level: 'silent' });
    database = createDatabase({ url: fresh.url, schema, role, applicationName: 'test', logger });
  });
  afterAll(async () => {
    await database.end();
    await fresh.drop();
  });

  test('the rule is the same', async () => {
    const rows = await database.query<{ current: number; next: number; rises: boolean }>({
      text: `select current, next, ${risesSql('current', 'next')} as rises
        from unnest($1::smallint[], $2::smallint[]) as k(current, next)`,
      values: [pairs.map((pair) => pair.current), pairs.map((pair) => pair.next)],
    });
    expect(rows).toEqual(pairs.map(({ current, next }) => ({ current, next, rises: rises(current, next) })));
  });
});
