import type { Database } from '@omnigate/database';
import type { OutboxAppend } from './outbox';
import { createOutstanding } from './outstanding';

/** A database that says how far each shard is relayed. */
function relayedTo(relayed: Map<number, bigint>) {
  const asked: number[] = [];
  const query = async () => {
    asked.push(1);
    return [...relayed].map(([shard, next]) => ({ shard, next_offset: next }));
  };
  return { asked, database: { query } as unknown as Database };
}

const append = (topic: string, shard: number, offset = 0n): OutboxAppend => ({
  topic,
  shard,
  offset,
  bytes: Buffer.alloc(0),
});

test('what goes to another topic or shard has its own way, and asks for nothing', async () => {
  const { database, asked } = relayedTo(new Map());
  const outstanding = createOutstanding(database);
  outstanding.published([append('status', 3, 10n)]);
  expect(await outstanding.behind([append('received', 3), append('status', 4)])).toEqual(new Set());
  expect(asked).toEqual([]);
});

test('what goes behind something that is not relayed takes the same way, until it is', async () => {
  const relayed = new Map([[3, 10n]]);
  const { database } = relayedTo(relayed);
  const outstanding = createOutstanding(database);
  outstanding.published([append('status', 3, 10n)]);
  const next = append('status', 3);
  expect(await outstanding.behind([next, append('received', 3)])).toEqual(new Set([next]));
  relayed.set(3, 11n);
  expect(await outstanding.behind([next])).toEqual(new Set());
});
