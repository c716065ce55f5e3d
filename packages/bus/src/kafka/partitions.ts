import type { BatchRecord } from '../batch';
import type { BusRecord } from '../port';
import type { Place, TakenPartition } from './positions';

/** The partitions that a member has taken, with what was fetched and waits to be handled. */
export interface Partitions {
  readonly all: readonly TakenPartition[];
  /** Records that wait, of all partitions. */
  readonly waiting: number;
  get(place: Place): TakenPartition | undefined;
  add(taken: TakenPartition): void;
  /** Forgets all; nothing of theirs is handled any more. */
  clear(): void;
  /** Adds what was fetched. */
  keep(taken: TakenPartition, records: BusRecord[]): void;
  /**
   * Takes what is handled next.
   * @param max at most so many; each partition has its share, so that the backlog of one does not hold up the others
   * @returns sorted by topic, partition and offset
   */
  take(max: number): BatchRecord<TakenPartition>[];
}

/** Makes an empty set. */
export function createPartitions(): Partitions {
  const taken = new Map<string, TakenPartition>();
  let sorted: TakenPartition[] = [];
  let waiting = 0;
  let turn = 0;

  // Another one comes first each time: where max is less than their number, not all have their turn.
  function rotated(): TakenPartition[] {
    const some = sorted.filter((each) => each.waiting.length > 0);
    turn = some.length === 0 ? 0 : (turn + 1) % some.length;
    return [...some.slice(turn), ...some.slice(0, turn)];
  }

  return {
    get all() {
      return sorted;
    },
    get waiting() {
      return waiting;
    },
    get: (place) => taken.get(keyOf(place)),
    add(each) {
      taken.set(keyOf(each), each);
      sorted = [...taken.values()].sort(byPlace);
    },
    clear() {
      taken.clear();
      sorted = [];
      waiting = 0;
    },
    keep(each, records) {
      each.waiting.push(...records);
      waiting += records.length;
    },
    take(max) {
      const served = rotated().slice(0, max);
      const share = Math.max(1, Math.floor(max / served.length));
      const batch = served.sort(byPlace).flatMap((cursor) => {
        const records = cursor.waiting.splice(0, share);
        return records.map((record) => ({ cursor, record }));
      });
      waiting -= batch.length;
      return batch;
    },
  };
}

function keyOf({ topic, partition }: Place): string {
  return `${partition} ${topic}`;
}

function byPlace(a: Place, b: Place): number {
  if (a.topic === b.topic) return a.partition - b.partition;
  return a.topic < b.topic ? -1 : 1;
}
