import type { Cost } from './cost';
import type { ClientBenchOptions } from './options';
import { type Latency, uniqueName } from './rates';
import type { ClientStage } from './stage';
import { type ClientName, clientNames } from './subjects';

/** What one client took in one round, or, of all rounds, the median of each figure. */
export interface RateRun {
  append: Cost;
  send: Cost;
  consume: Cost;
  follow: Cost;
  latency: Latency;
  latencyCost: Cost;
}

const warmUpRecords = 5_000;

/**
 * Measures each client in turns, so that a slow minute of the machine meets both.
 *
 * @param stage one broker.
 * @param options how often, and how much.
 * @param say told what was measured.
 * @returns all rounds, by client.
 */
export async function measureRates(
  stage: ClientStage,
  options: ClientBenchOptions,
  say: (line: string) => void,
): Promise<Record<ClientName, RateRun[]>> {
  const runs: Record<ClientName, RateRun[]> = { kafkajs: [], platformatic: [] };
  // V8 compiles what it sees often: measured is a process at work.
  for (const client of clientNames)
    await measureOnce(stage, client, { ...options, records: warmUpRecords, seconds: 1 });
  for (let round = 0; round < options.rounds; round++) {
    const order = round % 2 === 0 ? clientNames : clientNames.toReversed();
    for (const client of order) {
      const run = await measureOnce(stage, client, options);
      runs[client].push(run);
      say(`  round ${round + 1}, ${client}: ${summary(run)}`);
    }
  }
  return runs;
}

async function measureOnce(
  stage: ClientStage,
  client: ClientName,
  { records, ratePerSecond, seconds }: ClientBenchOptions,
): Promise<RateRun> {
  const [full, sent, timed] = [uniqueName('full'), uniqueName('sent'), uniqueName('timed')];
  const group = uniqueName('group');
  for (const [topic, reader] of [[full, group], [sent], [timed, group]] as const) {
    await stage.makeTopic(topic, reader);
  }
  const append = await stage.ask<Cost>(client, { kind: 'append', topic: full, records });
  const send = await stage.ask<Cost>(client, { kind: 'send', topic: sent, records });
  const consume = await stage.ask<Cost>(client, { kind: 'consume', topic: full, records, group });
  const follow = await stage.ask<Cost>(client, { kind: 'follow', topic: full, records });
  const { latency, cost } = await stage.ask<{ latency: Latency; cost: Cost }>(client, {
    kind: 'latency',
    topic: timed,
    group,
    ratePerSecond,
    seconds,
  });
  return { append, send, consume, follow, latency, latencyCost: cost };
}

const summary = ({ append, send, consume, follow, latency }: RateRun): string =>
  `append ${Math.round(append.perSecond)}/s, send ${Math.round(send.perSecond)}/s, consume ${Math.round(consume.perSecond)}/s, follow ${Math.round(follow.perSecond)}/s, latency ${latency.p50} / ${latency.p95} / ${latency.p99} ms`;

/**
 * The median of each figure.
 *
 * @param runs at least one.
 * @returns figures that need not be of the same round.
 */
export function medianOf(runs: readonly RateRun[]): RateRun {
  const median = (read: (run: RateRun) => number): number => {
    const sorted = runs.map(read).sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)] as number;
  };
  const cost = (read: (run: RateRun) => Cost): Cost => ({
    perSecond: median((run) => read(run).perSecond),
    cpuMsPerThousand: median((run) => read(run).cpuMsPerThousand),
  });
  return {
    append: cost((run) => run.append),
    send: cost((run) => run.send),
    consume: cost((run) => run.consume),
    follow: cost((run) => run.follow),
    latency: {
      p50: median((run) => run.latency.p50),
      p95: median((run) => run.latency.p95),
      p99: median((run) => run.latency.p99),
    },
    latencyCost: cost((run) => run.latencyCost),
  };
}
