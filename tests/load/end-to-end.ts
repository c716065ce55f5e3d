import { type CpuSample, totalMs } from './cpu';
import { customerOf, type GeneratorJob, type GeneratorResult } from './generator';
import { type Percentiles, percentiles } from './percentiles';
import { type Channel, measured, type Stage } from './stage';

/** One run at a fixed rate. */
export interface EndToEndRun {
  ratePerSecond: number;
  seconds: number;
  sent: number;
  answered: number;
  failed: number;
  /** Webhook due to the provider's send API called, milliseconds. */
  endToEnd: Percentiles;
  /** Webhook due to acknowledged, milliseconds. */
  acknowledged: Percentiles;
  cpuMsPerMessage: number;
  cpu: CpuSample;
  held: boolean;
}

const answersWithinMs = 15_000;
let runs = 0;

/**
 * Sends questions at a rate and waits for the answers at the provider.
 *
 * @param stage the stage.
 * @param channels customers are spread over them.
 * @param options rate and length; digits that begin the customers' numbers, by default others for each run.
 * @returns what was measured; held means that every question was answered and p99 is below a second.
 */
export async function runEndToEnd(
  stage: Stage,
  channels: Channel[],
  options: { ratePerSecond: number; seconds: number; prefix?: string },
): Promise<EndToEndRun> {
  const { ratePerSecond, seconds } = options;
  const total = ratePerSecond * seconds;
  const job = {
    channels,
    customers: 10_000,
    prefix: options.prefix ?? String(100 + ++runs),
    connections: 128,
    ratePerSecond,
    total,
  };
  await stage.sends();
  const customers = new Set(Array.from({ length: job.customers }, (_, index) => customerOf(job, index)));
  const sends: { to: string; atMs: number }[] = [];
  const { result, cpu } = await measured(stage, async () => {
    const generated = await stage.run(job);
    const until = Date.now() + answersWithinMs;
    while (sends.length < total && Date.now() < until) {
      // Answers to an earlier run may come late.
      sends.push(...(await stage.sends()).filter(({ to }) => customers.has(to)));
      if (sends.length < total) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return generated;
  });
  const endToEnd = latencies(job, result, sends);
  const endToEndMs = percentiles(endToEnd);
  return {
    ratePerSecond,
    seconds,
    sent: total,
    answered: endToEnd.length,
    failed: result.failed,
    endToEnd: endToEndMs,
    acknowledged: percentiles([...result.acknowledgedAt].map((at, index) => at - (result.dueAt[index] ?? 0))),
    cpuMsPerMessage: round(totalMs(cpu) / total),
    cpu: perMessage(cpu, total),
    held: endToEnd.length === total && result.failed === 0 && endToEndMs.p99 < 1000,
  };
}

/** The k-th answer to a customer belongs to the customer's k-th question. */
function latencies(
  job: Pick<GeneratorJob, 'customers' | 'prefix'>,
  result: GeneratorResult,
  sends: { to: string; atMs: number }[],
): number[] {
  const byCustomer = new Map<string, number[]>();
  for (const { to, atMs } of sends) {
    const known = byCustomer.get(to);
    if (known) known.push(atMs);
    else byCustomer.set(to, [atMs]);
  }
  const found: number[] = [];
  for (const [index, dueAt] of result.dueAt.entries()) {
    const at = byCustomer.get(customerOf(job, index))?.[Math.floor(index / job.customers)];
    if (at !== undefined) found.push(at - dueAt);
  }
  return found;
}

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
