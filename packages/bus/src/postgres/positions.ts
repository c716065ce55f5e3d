import { type Queryable, sqlState } from '@omnigate/database';
import { numberArray } from './append';
import type { Cursor } from './read';
import { fencedSqlState } from './schema';

/** A log that a member of a group has taken. */
export interface TakenLog extends Cursor {
  /** `logKey` */
  log: number;
  /** Of the take; another member's take raises it. */
  epoch: bigint;
  /** The position in the database. */
  stored: bigint;
}

/** A move of a group's position. */
export interface PositionMove {
  taken: TakenLog;
  to: bigint;
}

/**
 * Moves positions, where the epochs and the old offsets are the member's own: this fences everybody else.
 * @param tx the transaction that holds the effects; must be its first statement
 * @param moves sorted by topic and partition
 * @throws see `isFenced`
 */
export async function movePositions(tx: Queryable, group: string, moves: PositionMove[]): Promise<void> {
  const arrays = [
    moves.map((move) => move.taken.topicId),
    moves.map((move) => move.taken.partition),
    moves.map((move) => move.taken.epoch),
    moves.map((move) => move.taken.stored),
    moves.map((move) => move.to),
  ];
  await tx.query({
    name: 'bus_move_positions',
    text: 'select bus.move_positions($1, $2::int[], $3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[])',
    values: [group, ...arrays.map(numberArray)],
  });
}

/** Whether another member has taken a partition, or this one's own commit went through unseen: take it again and look. */
export function isFenced(error: unknown): boolean {
  return sqlState(error) === fencedSqlState;
}
