import type { CpuSample } from './cpu';
import type { EndToEndRun } from './end-to-end';
import { measuredOn, type Setting } from './machine';
import type { MailRun } from './mail';
import type { BurstRun, ReceiveRun } from './receive';

/** What was measured of a form, by scenario. */
interface Results {
  idle?: { cpuPercent: number };
  receive?: ReceiveRun;
  email?: MailRun;
  burst?: BurstRun;
  single?: { tries: EndToEndRun[]; held?: EndToEndRun; countedAfterSeconds?: number };
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

const held = (run: { held?: EndToEndRun } | undefined): string | undefined =>
  run && (run.held ? `${run.held.ratePerSecond}/s` : 'none');

function memoryOf({ memoryMb }: Results): string | undefined {
  const all = Object.values(memoryMb ?? {});
  if (all.length === 0) return undefined;
  const [now, peak] = (['now', 'peak'] as const).map((when) => Math.max(...all.map((each) => each[when])));
  return `${now} MB (${peak} MB)`;
}

/** The figures of a form, by what they say; undefined for what was not measured. */
const figures: readonly (readonly [string, (results: Results) => string | number | undefined])[] = [
  ['received messages a CPU second, PostgreSQL and brokers included', ({ receive }) => receive?.perCpuSecond],
  ['received messages a second', ({ receive }) => receive?.perSecond],
  [
    'mails of 20 KB with a file, 50/s for 60 s, acknowledged p50 / p99 ms',
    ({ email }) => email && `${email.acknowledged.p50} / ${email.acknowledged.p99} (${email.failed} refused)`,
  ],
  [
    'acknowledged a second in a burst of 15,000, beside bare fastify',
    ({ burst }) => burst && `${burst.acknowledgedPerSecond} of ${burst.barePerSecond} (${burst.share} %)`,
  ],
  ['end to end held with p99 < 1 s, one tenant', ({ single }) => held(single)],
  [
    'seconds after the end of the load until analytics had counted all of it',
    ({ single }) => single && (single.countedAfterSeconds ?? 'more than 60'),
  ],
  ['end to end held with p99 < 1 s, 200 tenants', ({ tenants }) => held(tenants)],
  [
    'end to end held with p99 < 1 s, full store',
    ({ store, single }) => store && `${held(store)}${besideEmpty(store, single)}`,
  ],
  ["resident memory of Omnigate's processes, after the run (peak)", memoryOf],
  ['CPU when idle, all processes', ({ idle }) => idle && `${idle.cpuPercent} % of a core`],
];

function figuresTable(forms: readonly (readonly [string, Results])[]): string[] {
  const rows = figures.flatMap(([name, read]) => {
    const cells = forms.map(([, results]) => read(results));
    return cells.every((cell) => cell === undefined)
      ? []
      : [`| ${name} | ${cells.map((cell) => cell ?? '–').join(' | ')} |`];
  });
  return [
    `| figure | ${forms.map(([form]) => form).join(' | ')} |`,
    `| --- |${' --- |'.repeat(forms.length)}`,
    ...rows,
  ];
}

function details(form: string, { receive, email, single, tenants, stages, store }: Results): string[] {
  const lines: string[] = [];
  if (receive) lines.push('', `**Receiving, ${form}**`, ...cpuTable(receive.cpu));
  if (email) lines.push('', `**Mails, ${form}**`, ...cpuTable(email.cpu));
  if (single) lines.push(...endToEndTable(`End to end, ${form}, one tenant`, single.tries));
  if (tenants) lines.push(...endToEndTable(`End to end, ${form}, 200 tenants`, tenants.tries));
  if (stages) {
    lines.push('', `**By stage, Node alone, at ${stages.ratePerSecond}/s with its profiler on**`);
    lines.push(...cpuTable(stages.cpu));
  }
  if (store)
    lines.push(
      ...endToEndTable(`End to end, ${form}, one tenant, ${store.messages} messages stored`, store.tries),
    );
  return lines;
}

/** Everything that one run of the benchmark measured. */
export interface Report extends Setting {
  forms: Record<string, Results>;
}

/**
 * The results as tables for people, the forms beside each other.
 *
 * @param report what was measured.
 * @returns Markdown.
 */
export function toMarkdown(report: Report): string {
  const measured = Object.entries(report.forms);
  return [
    `${measuredOn(report)}; generator, provider and all servers on the same cores.`,
    '',
    ...figuresTable(measured),
    ...measured.flatMap(([form, results]) => details(form, results)),
  ].join('\n');
}
