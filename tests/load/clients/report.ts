import { measuredOn, type Setting } from '../machine';
import type { ContractRun } from './contract-run';
import type { Cost } from './cost';
import type { FailoverRun } from './failover';
import type { ClientBenchOptions } from './options';
import { medianOf, type RateRun } from './rounds';
import { type ClientName, clientNames } from './subjects';

/** Everything that one run measured; a part that was not asked for is not there. */
export interface ClientReport extends Setting {
  /** Of the packages, by client. */
  versions: Record<ClientName, string>;
  options: ClientBenchOptions;
  rates?: Record<ClientName, RateRun[]>;
  failover?: Record<ClientName, FailoverRun>;
  contract?: Record<ClientName, ContractRun>;
}

type Row = readonly [string, (client: ClientName) => string];

const rounded = (value: number): string => Math.round(value).toLocaleString('en-GB');
const costOf = ({ perSecond, cpuMsPerThousand }: Cost): string =>
  `${rounded(perSecond)}/s, ${Math.round(cpuMsPerThousand * 10) / 10} ms`;

function rateRows(rates: Record<ClientName, RateRun[]>, { ratePerSecond }: ClientBenchOptions): Row[] {
  const medians = { kafkajs: medianOf(rates.kafkajs), platformatic: medianOf(rates.platformatic) };
  const ofCost =
    (part: 'append' | 'send' | 'consume' | 'follow') =>
    (client: ClientName): string =>
      costOf(medians[client][part]);
  return [
    ['append through the port, singly, acks=all', ofCost('append')],
    ['send by the client alone, 1,000 records a request', ofCost('send')],
    ['consume in a group, positions in PostgreSQL', ofCost('consume')],
    ['follow, without group and database', ofCost('follow')],
    [
      `append to handled at ${ratePerSecond}/s, p50 / p95 / p99 ms`,
      (client) => Object.values(medians[client].latency).join(' / '),
    ],
    [
      `CPU ms per 1,000 records at ${ratePerSecond}/s, in and out`,
      (client) => rounded(medians[client].latencyCost.cpuMsPerThousand),
    ],
  ];
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

function failoverRows(failover: Record<ClientName, FailoverRun>): Row[] {
  return [
    [
      'longest pause in acknowledgements after each SIGKILL of one of three brokers, s',
      (client) => failover[client].pausesMs.map(seconds).join(', '),
    ],
    [
      'acknowledged records lost by these',
      (client) => `${failover[client].lost} of ${rounded(failover[client].acknowledged)}`,
    ],
  ];
}

function contractRows(contract: Record<ClientName, ContractRun>): Row[] {
  return [
    [
      'contract suite of the bus',
      (client) => {
        const { passed, failed } = contract[client];
        return `${passed} of ${passed + failed.length}`;
      },
    ],
  ];
}

/**
 * The results as a table, the clients beside each other.
 *
 * @param report what was measured.
 * @returns Markdown.
 */
export function toMarkdown(report: ClientReport): string {
  const { options, rates, failover, contract, versions } = report;
  const rows = [
    ...(rates ? rateRows(rates, options) : []),
    ...(failover ? failoverRows(failover) : []),
    ...(contract ? contractRows(contract) : []),
  ];
  const failures = clientNames.flatMap((name) =>
    (contract?.[name].failed ?? []).map((test) => `Failed: ${test}`),
  );
  return [
    `${measuredOn(report)}; clients, brokers and PostgreSQL on the same cores; medians of ${options.rounds} rounds. Milliseconds beside a rate are CPU of the client's process per 1,000 records.`,
    '',
    `| figure | ${clientNames.map((name) => versions[name]).join(' | ')} |`,
    `| --- |${' --- |'.repeat(clientNames.length)}`,
    ...rows.map(([title, read]) => `| ${title} | ${clientNames.map(read).join(' | ')} |`),
    ...failures.flatMap((failure) => ['', failure]),
  ].join('\n');
}
