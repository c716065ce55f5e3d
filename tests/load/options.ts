import { parseArgs } from 'node:util';
import type { OmnigateForm } from '@omnigate/testkit';
import { parsed, UsageError } from './command';

/** The ways in which customers write in the mixed load. */
export type Way = 'wechat' | 'sms' | 'web';

/** Percent of the messages by way. */
export type Shares = Readonly<Partial<Record<Way, number>>>;

/** What the benchmark was asked for. */
export interface BenchOptions {
  /** Measured one after the other, on the same machine. */
  forms: readonly OmnigateForm[];
  only: string[];
  rates: number[];
  mix: Shares;
  holdSeconds: number;
  rampSeconds: number;
  out: string | undefined;
  callbacks: string;
  storedMessages: number;
}

const help = `npm run bench -- [options]: measures Omnigate as it ships

  --form FORM       standalone (default), or cluster: then both, beside each other
  --only LIST       of idle,receive,push,email,burst,single,mixed,tenants,stages,mixed-stages,store
                    (default: all; push, stages, mixed-stages and store look into the one process, so
                    the cluster form has none)
  --rates LIST      messages a second that end to end is tried at (default 400,600,800,1000,1200,1400,1500)
  --mix SHARES      of "mixed": percent by way (default wechat=60,sms=20,web=20)
  --hold SECONDS    how long the highest rate must be held (default 60)
  --ramp SECONDS    length of each try before (default 15)
  --callbacks LIST  status callbacks that the provider sends of each message (default none)
  --stored N        messages in the store for "store" (default 2000000)
  --out FOLDER      where bench.json and bench.md go (default: printed only)
  --help            this text
`;

const scenarios = [
  'idle',
  'receive',
  'push',
  'email',
  'burst',
  'single',
  'mixed',
  'tenants',
  'stages',
  'mixed-stages',
  'store',
];
const ways: readonly string[] = ['wechat', 'sms', 'web'] satisfies Way[];

function sharesOf(mix: string): Shares {
  const shares = mix.split(',').map((part) => part.split('='));
  const percents = shares.map(([, percent]) => Number(percent));
  const whole = percents.reduce((sum, percent) => sum + percent, 0) === 100;
  if (!whole || percents.some((percent) => percent <= 0) || shares.some(([way = '']) => !ways.includes(way)))
    throw new UsageError(`--mix ${mix}: must be percents of ${ways.join()} that make 100`);
  return Object.fromEntries(shares.map(([way], index) => [way, percents[index]]));
}

function formsOf(form: string): readonly OmnigateForm[] {
  if (form === 'standalone') return ['standalone'];
  if (form === 'cluster') return ['standalone', 'cluster'];
  throw new UsageError(`--form ${form}: must be standalone or cluster`);
}

/**
 * Reads the command line.
 *
 * @param args the arguments.
 * @returns the options; undefined when help was asked for, which is printed.
 * @throws UsageError for an unknown option or a value that does not fit.
 */
export function readOptions(args: string[]): BenchOptions | undefined {
  const text = { type: 'string' } as const;
  const options = {
    form: text,
    only: text,
    rates: text,
    mix: text,
    hold: text,
    ramp: text,
    out: text,
    callbacks: text,
    stored: text,
    help: { type: 'boolean' },
  } as const;
  const { values } = parsed(() => parseArgs({ args, options }));
  if (values.help) {
    process.stdout.write(help);
    return undefined;
  }
  const measured = formsOf(values.form ?? 'standalone');
  const only = values.only?.split(',') ?? scenarios;
  const unknown = only.filter((name) => !scenarios.includes(name));
  if (unknown.length > 0) throw new UsageError(`--only ${unknown.join()}: must be of ${scenarios.join()}`);
  return {
    forms: measured,
    only,
    rates: (values.rates ?? '400,600,800,1000,1200,1400,1500').split(',').map(Number),
    mix: sharesOf(values.mix ?? 'wechat=60,sms=20,web=20'),
    holdSeconds: Number(values.hold ?? 60),
    rampSeconds: Number(values.ramp ?? 15),
    out: values.out,
    callbacks: values.callbacks ?? '',
    storedMessages: Number(values.stored ?? 2_000_000),
  };
}
