import { type CpuSample, totalMs } from './cpu';
import type { Answer, Load, LoadRun, Mix } from './load';
import { acknowledgedAfterMs, type GeneratorResult } from './open-loop';
import { type Percentiles, percentiles } from './percentiles';
import { measured, type Stage } from './stage';

/** How messages fared. */
export interface Fared {
  sent: number;
  answered: number;
  failed: number;
  /** Due to the answer at the customer's provider or page, milliseconds. */
  endToEnd: Percentiles;
  /** Due to acknowledged, milliseconds; WeChat's acknowledgement brings the answer. */
  acknowledged: Percentiles;
}

/** One run at a fixed rate. */
export interface EndToEndRun extends Fared {
  ratePerSecond: number;
  seconds: number;
  /** By the way in which customers write. */
  kinds: Record<string, Fared>;
  cpuMsPerMessage: number;
  cpu: CpuSample;
  held: boolean;
}

/** How long the messages of one load took, milliseconds. */
interface Took {
  sent: number;
  failed: number;
  endToEnd: number[];
  acknowledged: number[];
}

const answersWithinMs = 15_000;
const heldBelowMs = 1_000;
let runs = 0;

/**
 * Sends questions at a rate and waits for the answers at the customers.
 *
 * @param stage the stage.
 * @param mix how customers write.
 * @param options rate and length; digits that begin what customers are called, by default others for each run.
 * @returns what was measured; held means that every question was answered and p99 is below a second, in each way of writing.
 */
export async function runEndToEnd(
  stage: Stage,
  mix: Mix,
  options: { ratePerSecond: number; seconds: number; prefix?: string },
): Promise<EndToEndRun> {
  const { ratePerSecond, seconds } = options;
  const prefix = options.prefix ?? String(100 + ++runs);
  const parts = mix.map(({ load, share }) => {
    const run = { prefix, ratePerSecond: ratePerSecond * share };
    return { load, run: { ...run, total: Math.round(run.ratePerSecond * seconds) } };
  });
  await Promise.all(parts.map(({ load, run }) => load.begin(run)));
  const { result: all, cpu } = await measured(stage, () =>
    Promise.all(parts.map(({ load, run }) => runLoad(load, run))),
  );
  const kinds = Object.fromEntries(
    parts.map(({ load }, index) => [load.kind, faredOf(all.slice(index, index + 1))]),
  );
  const fared = faredOf(all);
  return {
    ratePerSecond,
    seconds,
    ...fared,
    kinds,
    cpuMsPerMessage: round(totalMs(cpu) / fared.sent),
    cpu: perMessage(cpu, fared.sent),
    held: Object.values(kinds).every(isHeld),
  };
}

async function runLoad(load: Load, run: LoadRun): Promise<Took> {
  const result = await load.send(run);
  const customers = new Set(
    Array.from({ length: load.customers }, (_, index) => load.customerOf(run, index)),
  );
  const answers: Answer[] = [];
  const until = Date.now() + answersWithinMs;
  while (answers.length < run.total && Date.now() < until) {
    // Answers to an earlier run may come late.
    answers.push(...(await load.answers()).filter(({ to }) => customers.has(to)));
    if (answers.length < run.total) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    sent: run.total,
    failed: result.failed,
    endToEnd: latencies(load, run, result, answers),
    acknowledged: acknowledgedAfterMs(result),
  };
}

/** The k-th answer to a customer belongs to the customer's k-th question. */
function latencies(
  load: Load,
  run: LoadRun,
  { dueAt }: GeneratorResult,
  answers: readonly Answer[],
): number[] {
  const byCustomer = new Map<string, number[]>();
  for (const { to, atMs } of answers) {
    const known = byCustomer.get(to);
    if (known) known.push(atMs);
    else byCustomer.set(to, [atMs]);
  }
  return [...dueAt].flatMap((due, index) => {
    const at = byCustomer.get(load.customerOf(run, index))?.[Math.floor(index / load.customers)];
    return at === undefined ? [] : [at - due];
  });
}

function faredOf(all: readonly Took[]): Fared {
  const sum = (of: (took: Took) => number): number => all.reduce((total, took) => total + of(took), 0);
  return {
    sent: sum(({ sent }) => sent),
    answered: sum(({ endToEnd }) => endToEnd.length),
    failed: sum(({ failed }) => failed),
    endToEnd: percentiles(all.flatMap(({ endToEnd }) => endToEnd)),
    acknowledged: percentiles(all.flatMap(({ acknowledged }) => acknowledged)),
  };
}

const isHeld = ({ sent, answered, failed, endToEnd }: Fared): boolean =>
  answered === sent && failed === 0 && endToEnd.p99 < heldBelowMs;

const round = (value: number): number => Math.round(value * 1000) / 1000;

/**
 * CPU milliseconds a message.
 *
 * @param cpu milliseconds by name.
 * @param messages how many were handled.
 * @returns milliseconds a message by name, without what rounds to nothing.
 */
export function perMessage(cpu: CpuSample, messages: number): CpuSample {
  return Object.fromEntries(
    Object.entries(cpu)
      .map(([name, ms]) => [name, round(ms / messages)])
      .filter(([, ms]) => ms !== 0),
  );
}
