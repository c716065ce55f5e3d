import type { CpuSample } from './cpu';
import type { EndToEndRun } from './end-to-end';
import type { BurstRun, ReceiveRun } from './receive';

interface Results {
  date?: string;
  machine?: { cpus: number; model: string; memoryGb: number; node: string };
  idle?: { cpuPercent: number };
  receive?: ReceiveRun;
  burst?: BurstRun;
  single?: { tries: EndToEndRun[]; held?: EndToEndRun };
  tenants?: { tries: EndToEndRun[]; held?: EndToEndRun };
  stages?: { ratePerSecond: number; cpu: CpuSample };
  store?: { messages: number; tries: EndToEndRun[]; held?: EndToEndRun };
  /** By scenario, at its end. */
  memoryMb?: Record<string, { now: number; peak: number }>;
}

function cpuTable(cpu: CpuSample): string[] {
  return [
    '',
    '| CPU ms a message | |',
    '| --- | --- |',
    ...Object.entries(cpu).map(([name, ms]) => `| ${name} | ${ms} |`),
  ];
}

function endToEndTable(title: string, runs: EndToEndRun[]): string[] {
  const rows = runs.map(
    ({ ratePerSecond, seconds, sent, answered, endToEnd, acknowledged, cpuMsPerMessage, held }) => {
      const latency = `${endToEnd.p50} / ${endToEnd.p95} / ${endToEnd.p99}`;
      return `| ${ratePerSecond}/s | ${seconds} s | ${answered}/${sent} | ${latency} | ${acknowledged.p50} / ${acknowledged.p99} | ${cpuMsPerMessage} | ${held ? 'yes' : 'no'} |`;
    },
  );
  const head =
    '| rate | for | answered | end to end p50 / p95 / p99 ms | acknowledged p50 / p99 ms | CPU ms a message | held |';
  return [
    '',
    `**${title}**`,
    '',
    head,
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...cpuTable(runs.at(-1)?.cpu ?? {}),
  ];
}

/** How a full store's rate compares with an empty one's. */
function besideEmpty(store: { held?: EndToEndRun }, single: Results['single']): string {
  if (!store.held || !single?.held) return '';
  return ` (${Math.round((store.held.ratePerSecond / single.held.ratePerSecond) * 100)} % of the empty store's)`;
}

/**
 * The results as a table for people.
 *
 * @param results what was measured.
 * @returns Markdown.
 */
export function toMarkdown(results: Results): string {
  const { machine, receive, burst, idle, single, tenants, stages, store, memoryMb } = results;
  const lines = [
    `Measured ${results.date?.slice(0, 10)} on ${machine?.cpus} cores (${machine?.model}), ${machine?.memoryGb} GB, Node ${machine?.node}; generator and provider on the same cores.`,
    '',
  ];
  lines.push('| figure | measured |', '| --- | --- |');
  if (receive)
    lines.push(
      `| received messages a CPU second, PostgreSQL included | ${receive.perCpuSecond} |`,
      `| received messages a second | ${receive.perSecond} |`,
    );
  if (burst)
    lines.push(
      `| acknowledged a second in a burst of ${burst.messages}, beside bare fastify | ${burst.acknowledgedPerSecond} of ${burst.barePerSecond} (${burst.share} %) |`,
    );
  if (single)
    lines.push(
      `| end to end held with p99 < 1 s, one tenant | ${single.held ? `${single.held.ratePerSecond}/s` : 'none'} |`,
    );
  if (tenants)
    lines.push(
      `| end to end held with p99 < 1 s, 200 tenants | ${tenants.held ? `${tenants.held.ratePerSecond}/s` : 'none'} |`,
    );
  if (store)
    lines.push(
      `| end to end held with p99 < 1 s, ${store.messages} messages stored | ${store.held ? `${store.held.ratePerSecond}/s${besideEmpty(store, single)}` : 'none'} |`,
    );
  const memory = Object.values(memoryMb ?? {});
  if (memory.length > 0) {
    const now = Math.max(...memory.map((each) => each.now));
    const peak = Math.max(...memory.map((each) => each.peak));
    lines.push(`| resident memory without PostgreSQL, after the run (peak) | ${now} MB (${peak} MB) |`);
  }
  if (idle) lines.push(`| CPU when idle, all processes | ${idle.cpuPercent} % of a core |`);
  if (receive) lines.push('', '**Receiving**', ...cpuTable(receive.cpu));
  if (single) lines.push(...endToEndTable('End to end, one tenant', single.tries));
  if (tenants) lines.push(...endToEndTable('End to end, 200 tenants', tenants.tries));
  if (stages) {
    lines.push('', `**By stage, Node alone, at ${stages.ratePerSecond}/s with its profiler on**`);
    lines.push(...cpuTable(stages.cpu));
  }
  if (store)
    lines.push(...endToEndTable(`End to end, one tenant, ${store.messages} messages stored`, store.tries));
  return lines.join('\n');
}
