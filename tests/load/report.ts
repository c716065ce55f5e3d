import type { CpuSample } from './cpu';
import type { EndToEndRun, Fared } from './end-to-end';
import { measuredOn, type Setting } from './machine';
import type { MailRun } from './mail';
import type { Shares } from './options';
import type { PushCost } from './push-reader';
import type { BurstRun, ReceiveRun } from './receive';

/** End to end, with the time that analytics took. */
interface Counted {
  tries: EndToEndRun[];
  held?: EndToEndRun;
  countedAfterSeconds?: number;
}

interface ProfiledRun {
  ratePerSecond: number;
  cpu: CpuSample;
}

/** What was measured of a form, by scenario. */
interface Results {
  idle?: { cpuPercent: number };
  receive?: ReceiveRun;
  email?: MailRun;
  burst?: BurstRun;
  push?: PushCost;
  single?: Counted;
  mixed?: Counted & { mix: Shares };
  tenants?: { tries: EndToEndRun[]; held?: EndToEndRun };
  stages?: ProfiledRun;
  'mixed-stages'?: ProfiledRun;
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

const columns = 'answered | end to end p50 / p95 / p99 ms | acknowledged p50 / p99 ms';

const faredCells = ({ sent, answered, endToEnd, acknowledged }: Fared): string =>
  `${answered}/${sent} | ${endToEnd.p50} / ${endToEnd.p95} / ${endToEnd.p99} | ${acknowledged.p50} / ${acknowledged.p99}`;

function endToEndTable(title: string, runs: EndToEndRun[]): string[] {
  const rows = runs.map(
    (run) =>
      `| ${run.ratePerSecond}/s | ${run.seconds} s | ${faredCells(run)} | ${run.cpuMsPerMessage} | ${run.held ? 'yes' : 'no'} |`,
  );
  return [
    '',
    `**${title}**`,
    '',
    `| rate | for | ${columns} | CPU ms a message | held |`,
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    ...cpuTable(runs.at(-1)?.cpu ?? {}),
  ];
}

/** Each way of writing for itself. */
function kindsTable(runs: EndToEndRun[]): string[] {
  const rows = runs.flatMap(({ ratePerSecond, seconds, kinds }) =>
    Object.entries(kinds).map(
      ([kind, fared]) => `| ${ratePerSecond}/s for ${seconds} s | ${kind} | ${faredCells(fared)} |`,
    ),
  );
  return ['', `| all together | of it | ${columns} |`, '| --- | --- | --- | --- | --- |', ...rows];
}

function profileTable(title: string, { ratePerSecond, cpu }: ProfiledRun): string[] {
  return ['', `**${title}, Node alone, at ${ratePerSecond}/s with its profiler on**`, ...cpuTable(cpu)];
}

const mixText = (mix: Shares): string =>
  Object.entries(mix)
    .map(([way, percent]) => `${percent} % ${way}`)
    .join(', ');

/** How a full store's rate compares with an empty one's. */
function besideEmpty(store: { held?: EndToEndRun }, single: Results['single']): string {
  if (!store.held || !single?.held) return '';
  return ` (${Math.round((store.held.ratePerSecond / single.held.ratePerSecond) * 100)} % of the empty store's)`;
}

const held = (run: { held?: EndToEndRun } | undefined): string | undefined =>
  run && (run.held ? `${run.held.ratePerSecond}/s` : 'none');

const counted = (run: Counted | undefined): string | number | undefined =>
  run && (run.countedAfterSeconds ?? 'more than 60');

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
    'verify, decrypt and parse a push of WeChat in AES mode, median / p99 µs (CPU µs each)',
    ({ push }) => push && `${push.medianUs} / ${push.p99Us} (${push.cpuUs})`,
  ],
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
    'end to end held with p99 < 1 s, WeChat in AES mode, SMS and web chat together',
    ({ mixed }) => held(mixed),
  ],
  [
    'seconds after the end of the load until analytics had counted all of it, one tenant',
    ({ single }) => counted(single),
  ],
  [
    'seconds after the end of the load until analytics had counted all of it, WeChat, SMS and web chat',
    ({ mixed }) => counted(mixed),
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

function details(form: string, results: Results): string[] {
  const { receive, email, single, mixed, tenants, stages, store } = results;
  const mixedStages = results['mixed-stages'];
  const lines: string[] = [];
  if (receive) lines.push('', `**Receiving, ${form}**`, ...cpuTable(receive.cpu));
  if (email) lines.push('', `**Mails, ${form}**`, ...cpuTable(email.cpu));
  if (single) lines.push(...endToEndTable(`End to end, ${form}, one tenant`, single.tries));
  if (mixed) {
    lines.push(...endToEndTable(`End to end, ${form}, ${mixText(mixed.mix)}`, mixed.tries));
    lines.push(...kindsTable(mixed.tries));
  }
  if (tenants) lines.push(...endToEndTable(`End to end, ${form}, 200 tenants`, tenants.tries));
  if (stages) lines.push(...profileTable('By stage', stages));
  if (mixedStages) lines.push(...profileTable('By stage, mixed', mixedStages));
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
