import { performance } from 'node:perf_hooks';

/** How busy a process is, and so how long it waits for company. */
export interface Pace {
  /**
   * How long to linger now.
   * @param ms as long as an idle process does
   * @returns up to three times as many ms while the process is busy
   */
  lingerMs(ms: number): number;
}

const lookMs = 200;
/** Shares of the time that the event loop works, or is kept from it by other processes. Between them all stays as it is. */
const calm = 0.6;
const busy = 0.75;
const longest = 3;

/**
 * Makes the pace of a process. A transaction costs as much as many of its messages: where the event loop has little time
 * left, larger and fewer ones give it back, at a little more delay for each message than an idle process needs.
 *
 * @param o.nowMs the clock, in ms
 * @param o.activeMs for how long the event loop has not waited since it began, in ms
 */
export function createPace(o: { nowMs(): number; activeMs(): number }): Pace {
  let factor = 1;
  let seenMs = o.nowMs();
  let seenActiveMs = o.activeMs();

  function look(nowMs: number): void {
    const activeMs = o.activeMs();
    const used = (activeMs - seenActiveMs) / (nowMs - seenMs);
    if (used > busy) factor = Math.min(longest, factor * 1.25);
    else if (used < calm) factor = Math.max(1, factor / 1.25);
    seenMs = nowMs;
    seenActiveMs = activeMs;
  }

  return {
    lingerMs(ms) {
      const nowMs = o.nowMs();
      if (nowMs - seenMs >= lookMs) look(nowMs);
      return ms * factor;
    },
  };
}

/** The pace of this process. */
export const pace: Pace = createPace({
  nowMs: () => performance.now(),
  activeMs: () => performance.eventLoopUtilization().active,
});
