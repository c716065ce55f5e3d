/** One partition of one topic. */
export interface Log {
  topicId: number;
  partition: number;
}

/** Identifies a log in a map: ids are small, a topic has far fewer than 1,024 partitions. */
export function logKey(topicId: number, partition: number): number {
  return topicId * 1_024 + partition;
}

/** The log of a key. */
export function logOfKey(key: number): Log {
  return { topicId: Math.floor(key / 1_024), partition: key % 1_024 };
}

/** How far each log is known to reach: what wakes readers, so that nobody polls. */
export interface Heads {
  /** The next offset of a log; all below it are committed. */
  get(key: number): bigint;
  /** Takes note of a head and wakes who reads the log. */
  raise(key: number, next: bigint): void;
  /** Whether anybody in this process reads the log. */
  isWatched(key: number): boolean;
  /**
   * Calls when one of the logs has grown.
   * @returns ends it
   */
  watch(keys: Iterable<number>, wake: () => void): () => void;
}

/** Makes an empty one. */
export function createHeads(): Heads {
  const heads = new Map<number, bigint>();
  const watchers = new Map<number, Set<() => void>>();
  return {
    get: (key) => heads.get(key) ?? 0n,
    raise(key, next) {
      if (next <= (heads.get(key) ?? 0n)) return;
      heads.set(key, next);
      for (const wake of watchers.get(key) ?? []) wake();
    },
    isWatched: (key) => (watchers.get(key)?.size ?? 0) > 0,
    watch(keys, wake) {
      const watched = [...keys];
      for (const key of watched) {
        const set = watchers.get(key) ?? new Set();
        watchers.set(key, set.add(wake));
      }
      return () => {
        for (const key of watched) watchers.get(key)?.delete(wake);
      };
    },
  };
}
