import type { Queryable } from '@omnigate/database';
import { numberArray } from '../number-array';
import type { Position, PositionMove } from '../position';
import type { Cursor } from './read';

/** A log that a member of a group has taken. */
export interface TakenLog extends Cursor, Position {
  /** `logKey` */
  log: number;
}

/**
 * Moves positions, where the epochs and the old offsets are the member's own: this fences everybody else.
 * @param tx the transaction that holds the effects; must be its first statement
 * @param moves sorted by topic and partition
 * @throws what `isFenced` knows
 */
export async function movePositions(
  tx: Queryable,
  group: string,
  moves: PositionMove<TakenLog>[],
): Promise<void> {
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
