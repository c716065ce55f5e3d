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

/**
 * Makes the notes of a process. They are kept by topic: who only appends to a topic is not held up by what transactions
 * publish to another, and has the same way in every process, without which two would overtake each other.
 * @param database the bus's own
 */
export function createOutstanding(database: Database): Outstanding {
  /** Offsets behind the last ones, by topic and shard. */
  const next = new Map<string, { shard: number; offset: bigint }>();
  const placeOf = ({ topic, shard }: OutboxAppend): string => `${shard} ${topic}`;

  async function forgetRelayed(shards: number[]): Promise<void> {
    const rows = await database.query<{ shard: number; next_offset: bigint }>({
      name: 'bus_relayed',
      text: 'select shard, next_offset from bus.outbox_lease where shard = any($1::smallint[])',
      values: [numberArray(shards)],
      binary: true,
    });
    const relayed = new Map(rows.map((row) => [row.shard, row.next_offset]));
    for (const [place, { shard, offset }] of next) {
      if ((relayed.get(shard) ?? 0n) >= offset) next.delete(place);
    }
  }

  return {
    published(appends) {
      for (const append of appends) {
        const { shard, offset } = append;
        if (offset >= (next.get(placeOf(append))?.offset ?? 0n))
          next.set(placeOf(append), { shard, offset: offset + 1n });
      }
    },
    async behind(appends) {
      const waiting = appends.filter((append) => next.has(placeOf(append)));
      if (waiting.length === 0) return new Set();
      await forgetRelayed([...new Set(waiting.map(({ shard }) => shard))]);
      return new Set(waiting.filter((append) => next.has(placeOf(append))));
    },
  };
}
