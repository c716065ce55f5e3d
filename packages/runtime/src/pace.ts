import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** How busy a process is, and so how long it waits for company. */
export interface Pace {
  /**
   * How long to linger now.
   * @param ms as long as an idle process does
   * @returns up to three times as many ms while the process, or the machine, is busy
   */
  lingerMs(ms: number): number;
}

/** What a process had of its time since it began, in ms. */
export interface TimeUsed {
  /** The event loop did not wait for anything to do. */
  activeMs: number;
  /** The main thread ran. */
  ranMs: number;
  /** The main thread could have run, and others had the cores; 0 where the system does not tell. */
  keptMs: number;
}

const lookMs = 200;
/** Share of the time that the event loop is active. Between calm and busy all stays as it is. */
const active = { calm: 0.6, busy: 0.75 };
/** Share that it was kept from a core, of the time in which it wanted one: with many processes each has little to do itself. */
const kept = { calm: 0.33, busy: 0.5 };
const longest = 3;

/**
 * Makes the pace of a process. A transaction costs as much as many of its messages: where there is little time left, larger
 * and fewer ones give it back, at a little more delay for each message than an idle process needs.
 *
 * @param o.nowMs the clock, in ms
 * @param o.timeUsed what is counted up
 */
export function createPace(o: { nowMs(): number; timeUsed(): TimeUsed }): Pace {
  let factor = 1;
  let seenMs = o.nowMs();
  let seen = o.timeUsed();

  function look(nowMs: number): void {
    const used = o.timeUsed();
    const activeShare = (used.activeMs - seen.activeMs) / (nowMs - seenMs);
    const keptMs = used.keptMs - seen.keptMs;
    const keptShare = keptMs / (keptMs + used.ranMs - seen.ranMs || 1);
    if (activeShare > active.busy || keptShare > kept.busy) factor = Math.min(longest, factor * 1.25);
    else if (activeShare < active.calm && keptShare < kept.calm) factor = Math.max(1, factor / 1.25);
    seenMs = nowMs;
    seen = used;
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
export const pace: Pace = createPace({ nowMs: () => performance.now(), timeUsed });

function timeUsed(): TimeUsed {
  const [ranMs, keptMs] = scheduled();
  return { activeMs: performance.eventLoopUtilization().active, ranMs, keptMs };
}

// "626845092 75814 12": ns on a core, ns on a run queue, and how often (https://docs.kernel.org/scheduler/sched-stats.html).
function scheduled(): [ranMs: number, keptMs: number] {
  try {
    const [ran, waited] = readFileSync('/proc/self/schedstat', 'utf8').split(' ');
    return [Number(ran) / 1e6, Number(waited) / 1e6];
  } catch {
    return [0, 0];
  }
}
