import type { Database, Queryable } from '@omnigate/database';
import { numberArray } from '../number-array';
import type { BusRecord } from '../port';
import type { Position, PositionMove } from '../position';
import type { Bounds } from './partition-reader';

/** A partition of a topic. */
export interface Place {
  topic: string;
  partition: number;
}

/** A partition that a member of a group has taken. */
export interface TakenPartition extends Place, Position {
  /** Shown as the records' topic: of a retry topic that is another. */
  source: string;
  /** The offset to be fetched next; what lies between `next` and it waits here. */
  fetchNext: bigint;
  waiting: BusRecord[];
}

/** A partition with where the log begins and ends. */
export type BoundedPlace = Place & Bounds;

/** What the database says of a partition that was taken. */
export interface TakenRow extends Place {
  cluster_id: string;
  epoch: bigint;
  next_offset: bigint;
}

/**
 * Takes partitions for a member: whoever had them is fenced. A group that was never here starts with what is kept.
 * @returns those that no other member's transaction holds; ask again for the rest
 * @throws AppError DATABASE_UNAVAILABLE
 */
export function takePositions(
  database: Database,
  o: { group: string; clusterId: string; places: BoundedPlace[] },
): Promise<TakenRow[]> {
  return database.query<TakenRow>({
    name: 'bus_kafka_take_positions',
    text: 'select * from bus.kafka_take_positions($1, $2, $3::text[], $4::int[], $5::bigint[])',
    values: [
      o.group,
      o.clusterId,
      o.places.map(({ topic }) => topic),
      numberArray(o.places.map(({ partition }) => partition)),
      numberArray(o.places.map(({ low }) => low)),
    ],
    binary: true,
  });
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
  moves: PositionMove<TakenPartition>[],
): Promise<void> {
  const columns = [
    moves.map(({ taken }) => taken.partition),
    moves.map(({ taken }) => taken.epoch),
    moves.map(({ taken }) => taken.stored),
    moves.map(({ to }) => to),
  ];
  await tx.query({
    name: 'bus_kafka_move_positions',
    text: 'select bus.kafka_move_positions($1, $2::text[], $3::int[], $4::bigint[], $5::bigint[], $6::bigint[])',
    values: [group, moves.map(({ taken }) => taken.topic), ...columns.map(numberArray)],
  });
}

/** A stored position. */
export interface StoredPosition extends Place {
  next_offset: bigint;
}

/** Where a group stands, of those partitions that it was ever given. @throws AppError DATABASE_UNAVAILABLE */
export function storedPositions(
  database: Database,
  group: string,
  topics: string[],
): Promise<StoredPosition[]> {
  return database.query<StoredPosition>({
    name: 'bus_kafka_positions',
    text: 'select topic, partition, next_offset from bus.kafka_position where group_name = $1 and topic = any($2::text[])',
    values: [group, topics],
  });
}
