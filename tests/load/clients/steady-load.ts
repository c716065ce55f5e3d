import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@omnigate/bus';
import { indexOf, sampleRecord } from './sample-record';

/** What became of a load. */
export interface LoadResult {
  acknowledged: number;
  /** Appends that were refused; they were repeated, as providers do. */
  refused: number;
  /** Of those acknowledged, what could not be read again. */
  lost: number;
}

/** Appends that go on until they are stopped. */
export interface SteadyLoad {
  /** The longest time without an acknowledgement since the last call, milliseconds; one that still lasts counts. */
  longestPause(): number;
  /** Ends it, and reads everything again. */
  stop(): Promise<LoadResult>;
}

const lanes = 12;
const everyMs = 10;
const readAgainMs = 60_000;

/**
 * Begins to append at a steady rate.
 *
 * @param bus the process's.
 * @param topic where to.
 * @param from token of its beginning.
 * @returns the load.
 */
export function startSteadyLoad(bus: Bus, topic: string, from: string): SteadyLoad {
  const acknowledged = new Set<number>();
  let next = 0;
  let refused = 0;
  let going = true;
  let lastMs = performance.now();
  let longestMs = 0;

  const pauseNow = (): number => Math.max(longestMs, performance.now() - lastMs);

  async function appendOnce(index: number): Promise<boolean> {
    try {
      await bus.append(sampleRecord(topic, index));
      longestMs = pauseNow();
      lastMs = performance.now();
      acknowledged.add(index);
      return true;
    } catch {
      refused += 1;
      return false;
    }
  }

  async function lane(): Promise<void> {
    while (going) {
      const index = next++;
      while (!(await appendOnce(index)) && going) await sleep(everyMs);
      await sleep(everyMs);
    }
  }

  async function countLost(): Promise<number> {
    const missing = new Set(acknowledged);
    const follower = bus.follow({
      topics: [topic],
      from,
      handle(records) {
        for (const { value } of records) missing.delete(indexOf(value));
      },
    });
    for (const end = performance.now() + readAgainMs; missing.size > 0 && performance.now() < end; ) {
      await sleep(100);
    }
    await follower.stop();
    return missing.size;
  }

  const running = Promise.all(Array.from({ length: lanes }, lane));
  return {
    longestPause() {
      const longest = pauseNow();
      longestMs = 0;
      return longest;
    },
    async stop() {
      going = false;
      await running;
      return { acknowledged: acknowledged.size, refused, lost: await countLost() };
    },
  };
}
