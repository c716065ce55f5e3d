import { setTimeout as sleep } from 'node:timers/promises';
import type { Statement } from '@omnigate/database';
import type { LockWatch } from './lock-watch';
import type { SideName } from './meeting';

/** Work of one side; it settles when all that it does to the database is done. */
export type SideWork = () => Promise<unknown>;

/** What came of a race. */
export interface RaceResult {
  /** What the sides' work threw. */
  errors: unknown[];
  /** Both sides waited for locks at the same moment. */
  bothWaited: boolean;
}

/** Nobody waits so long, in ms, but where the test itself is wrong. */
const patienceMs = 10_000;
/** A side that was let go has taken what it can within so many ms; a slower one makes a race less sharp, never wrong. */
const stepMs = 3;

interface Runner {
  name: SideName;
  settled: boolean;
  errors: unknown[];
  done: Promise<void>;
}

function start(name: SideName, work: SideWork): Runner {
  const runner: Runner = { name, settled: false, errors: [], done: Promise.resolve() };
  runner.done = work()
    .catch((error: unknown) => void runner.errors.push(error))
    .then(() => {
      runner.settled = true;
    });
  return runner;
}

/** Runs both sides at once. */
export async function race(left: SideWork, right: SideWork): Promise<RaceResult> {
  return resultOf([start('left', left), start('right', right)], false);
}

/**
 * Runs both sides into locks that others hold, the left one first, and lets them go on step by step: each side then has
 * what it takes before the first obstacle, and goes on to what lies behind it while the second obstacle keeps the other
 * side where it is. So locks that are taken in different orders meet each time, and not by luck.
 * @param watch of the database
 * @param obstacles statements that take locks; each obstacle is removed after the one before
 */
export async function raceBehind(
  watch: LockWatch,
  obstacles: readonly Statement[],
  left: SideWork,
  right: SideWork,
): Promise<RaceResult> {
  const holds: (() => Promise<void>)[] = [];
  const runners: Runner[] = [];
  let bothWaited = false;
  try {
    for (const obstacle of obstacles) holds.push(await watch.hold([obstacle]));
    for (const [name, work] of [['left', left] as const, ['right', right] as const]) {
      runners.push(start(name, work));
      await atRest(watch, runners);
    }
    bothWaited = runners.every((runner) => !runner.settled);
    while (holds.length > 1) {
      await holds.shift()?.();
      await sleep(stepMs);
      await atRest(watch, runners);
    }
  } finally {
    for (const letGo of holds) await letGo();
  }
  return resultOf(runners, bothWaited);
}

/** Waits until each side waits for a lock or is done. */
async function atRest(watch: LockWatch, runners: readonly Runner[]): Promise<void> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const moving = runners.filter((runner) => !runner.settled);
    const waiting = moving.length === 0 ? new Set<string>() : await watch.waiting();
    const restless = moving.find((runner) => !runner.settled && !waiting.has(runner.name));
    if (!restless) return;
    if (performance.now() > until) throw new Error(`the ${restless.name} side neither waits nor ends`);
    await sleep(1);
  }
}

async function resultOf(runners: Runner[], bothWaited: boolean): Promise<RaceResult> {
  await Promise.all(runners.map((runner) => runner.done));
  return { errors: runners.flatMap((runner) => runner.errors), bothWaited };
}
