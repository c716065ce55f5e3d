import { sqlState } from '@omnigate/database';

/** What moving a position raises in SQL when another member has taken the partition. */
export const fencedSqlState = 'OGF01';

/** Where a member stands in a partition that it has taken. */
export interface Position {
  /** Of the take; another member's take raises it. */
  epoch: bigint;
  /** The position in the database. */
  stored: bigint;
  /** The offset to handle next. */
  next: bigint;
}

/** A move of a group's position. */
export interface PositionMove<Taken extends Position> {
  taken: Taken;
  to: bigint;
}

/** Whether another member has taken a partition, or this one's own commit went through unseen: take it again and look. */
export function isFenced(error: unknown): boolean {
  return sqlState(error) === fencedSqlState;
}
