/** How long something took, and how often: milliseconds as `durationLabel` writes them, with counts. */
export type DurationCounts = ReadonlyMap<number, number>;

/**
 * A duration as figures keep it: three figures, rounded up, so that their number is bounded and what is told of them is
 * less than 1 % too long.
 *
 * @param from the beginning.
 * @param to the end.
 * @returns milliseconds; clocks of two processes that disagree make nothing shorter than one.
 */
export function durationLabel(from: Date, to: Date): string {
  const ms = Math.max(1, to.getTime() - from.getTime());
  const unit = 10 ** Math.max(0, String(ms).length - 3);
  return String(Math.ceil(ms / unit) * unit);
}

/**
 * The nearest-rank percentile: the shortest duration that is not exceeded by so large a share of all.
 *
 * @param counts durations.
 * @param share such as 0.5.
 * @returns seconds; 0 where nothing was counted.
 */
export function percentileSeconds(counts: DurationCounts, share: number): number {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  // Less a hair: 70 times 0.9 is a little more than 63 in binary.
  const rank = Math.ceil(totalOf(counts) * share - 1e-9);
  let passed = 0;
  for (const [ms, count] of sorted) {
    passed += count;
    if (passed >= rank) return ms / 1000;
  }
  return 0;
}

/**
 * How many durations there are.
 *
 * @param counts durations.
 */
export const totalOf = (counts: DurationCounts): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);
