import { parseArgs } from 'node:util';
import { parsed, UsageError } from '../command';

/** What of the clients is measured. */
export const parts = ['rates', 'failover', 'contract'] as const;
export type Part = (typeof parts)[number];

/** What the benchmark of the clients was asked for. */
export interface ClientBenchOptions {
  only: readonly Part[];
  /** Each client is measured so often, in turns; shown is the median. */
  rounds: number;
  /** Written and read in each round. */
  records: number;
  /** At which the latency is measured. */
  ratePerSecond: number;
  seconds: number;
  /** So many of the three brokers are killed, one after the other. */
  kills: number;
  out: string | undefined;
}

const help = `npm run bench:clients -- [options]: kafkajs beside @platformatic/kafka, behind Kafka's driver

  --only LIST       of ${parts.join()} (default: all)
  --rounds N        rounds in which each client has its turn; shown is the median (default 3)
  --records N       records of 600 bytes that are written and read in a round (default 40000)
  --rate N          records a second at which latency is measured (default 500)
  --seconds N       how long, in each round (default 5)
  --kills N         brokers that are killed, one after the other, 1 to 3 (default 3)
  --out FOLDER      where clients.json and clients.md go (default: printed only)
  --help            this text
`;

/**
 * Reads the command line.
 *
 * @param args the arguments.
 * @returns the options; undefined when help was asked for, which is printed.
 * @throws UsageError for an unknown option or a value that does not fit.
 */
export function readOptions(args: string[]): ClientBenchOptions | undefined {
  const { values } = parsed(() => parse(args));
  if (values.help) {
    process.stdout.write(help);
    return undefined;
  }
  return {
    only: partsOf(values.only),
    rounds: numberOf('rounds', values.rounds, { standard: 3, max: 20 }),
    records: numberOf('records', values.records, { standard: 40_000, max: 1_000_000 }),
    ratePerSecond: numberOf('rate', values.rate, { standard: 500, max: 20_000 }),
    seconds: numberOf('seconds', values.seconds, { standard: 5, max: 600 }),
    kills: numberOf('kills', values.kills, { standard: 3, max: 3 }),
    out: values.out,
  };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const options = {
    only: text,
    rounds: text,
    records: text,
    rate: text,
    seconds: text,
    kills: text,
    out: text,
    help: { type: 'boolean' },
  } as const;
  return parseArgs({ args, options });
}

function partsOf(list: string | undefined): readonly Part[] {
  const names = list?.split(',') ?? parts;
  const unknown = names.filter((name) => !parts.some((part) => part === name));
  if (unknown.length > 0) throw new UsageError(`--only ${unknown.join()}: must be of ${parts.join()}`);
  return parts.filter((part) => names.includes(part));
}

function numberOf(
  name: string,
  given: string | undefined,
  { standard, max }: { standard: number; max: number },
): number {
  const value = Number(given ?? standard);
  if (Number.isInteger(value) && value >= 1 && value <= max) return value;
  throw new UsageError(`--${name} ${given}: must be a whole number from 1 to ${max}`);
}
