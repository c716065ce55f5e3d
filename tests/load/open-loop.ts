import { performance } from 'node:perf_hooks';

/** A message may be sent so late: each look at the clock costs the cores that are measured. */
const tickMs = 5;

/** How often something is sent, whatever comes back. */
export interface Pace {
  ratePerSecond: number;
  total: number;
}

/** What a generator saw; times are milliseconds since the epoch. */
export interface GeneratorResult {
  startedAt: number;
  endedAt: number;
  acknowledged: number;
  failed: number;
  /** When message i was due by the schedule; latencies count from there, so a stalled generator hides nothing. */
  dueAt: Float64Array;
  acknowledgedAt: Float64Array;
}

/** @returns the time, comparable between processes: milliseconds since the epoch, with fractions */
export const now = (): number => performance.timeOrigin + performance.now();

/**
 * A result in which nothing has come back.
 *
 * @param total how many messages there are.
 * @returns the result, begun now.
 */
export const newResult = (total: number): GeneratorResult => ({
  startedAt: now(),
  endedAt: 0,
  acknowledged: 0,
  failed: 0,
  dueAt: new Float64Array(total),
  acknowledgedAt: new Float64Array(total),
});

/**
 * Sends at a pace.
 *
 * @param pace how often, and how many.
 * @param send sends message i; resolves when it is acknowledged, throws when it is not.
 * @returns what came back, when all has.
 */
export async function openLoop(
  { ratePerSecond, total }: Pace,
  send: (index: number) => Promise<unknown>,
): Promise<GeneratorResult> {
  const result = newResult(total);
  const intervalMs = 1000 / ratePerSecond;
  const acknowledged = (index: number): void => {
    result.acknowledged += 1;
    result.acknowledgedAt[index] = now();
  };
  const reasons = new Map<string, number>();
  const failed = ({ message }: Error): void => {
    result.failed += 1;
    reasons.set(message, (reasons.get(message) ?? 0) + 1);
  };
  const pending: Promise<void>[] = [];
  for (let index = 0; index < total; ) {
    const due = Math.min(total, Math.floor((now() - result.startedAt) / intervalMs) + 1);
    for (; index < due; index++) {
      const number = index;
      result.dueAt[number] = result.startedAt + number * intervalMs;
      pending.push(send(number).then(() => acknowledged(number), failed));
    }
    await new Promise((resolve) => setTimeout(resolve, tickMs));
  }
  await Promise.all(pending);
  result.endedAt = now();
  for (const [reason, count] of reasons) process.stderr.write(`${count} failed: ${reason}\n`);
  return result;
}

/**
 * How long acknowledgements took.
 *
 * @param result what a generator saw.
 * @returns milliseconds from due to acknowledged, of those that were.
 */
export function acknowledgedAfterMs({ dueAt, acknowledgedAt }: GeneratorResult): number[] {
  return [...acknowledgedAt].flatMap((at, index) => (at > 0 ? [at - (dueAt[index] ?? 0)] : []));
}
