import type { Database } from '@omnigate/database';
import { numberArray } from '../number-array';
import type { OutboxAppend } from './outbox';

/** What this process has put into the outbox and does not know to be in Kafka. */
export interface Outstanding {
  /** Takes note of what was committed. */
  published(appends: readonly OutboxAppend[]): void;
  /**
   * Says which records must go through the outbox too, so as not to overtake what went there before.
   * @throws AppError DATABASE_UNAVAILABLE
   */
  behind(appends: readonly OutboxAppend[]): Promise<Set<OutboxAppend>>;
}

/** @param database the bus's own */
export function createOutstanding(database: Database): Outstanding {
  const next = new Map<number, bigint>();

  async function forgetRelayed(shards: number[]): Promise<void> {
    const rows = await database.query<{ shard: number; next_offset: bigint }>({
      name: 'bus_relayed',
      text: 'select shard, next_offset from bus.outbox_lease where shard = any($1::smallint[])',
      values: [numberArray(shards)],
      binary: true,
    });
    for (const row of rows) if (row.next_offset >= (next.get(row.shard) ?? 0n)) next.delete(row.shard);
  }

  return {
    published(appends) {
      for (const { shard, offset } of appends) {
        if (offset >= (next.get(shard) ?? 0n)) next.set(shard, offset + 1n);
      }
    },
    async behind(appends) {
      const shards = new Set(appends.map(({ shard }) => shard).filter((shard) => next.has(shard)));
      if (shards.size === 0) return new Set();
      await forgetRelayed([...shards]);
      return new Set(appends.filter(({ shard }) => next.has(shard)));
    },
  };
}
