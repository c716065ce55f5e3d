import { parseArgs } from 'node:util';

/** What the benchmark was asked for. */
export interface BenchOptions {
  only: string[];
  rates: number[];
  holdSeconds: number;
  rampSeconds: number;
  out: string | undefined;
  callbacks: string;
  storedMessages: number;
}

const help = `npm run bench -- [options]: measures the standalone form as it ships

  --only LIST       of idle,receive,burst,single,tenants,stages,store (default: all)
  --rates LIST      messages a second that end to end is tried at (default 400,600,800,1000,1200,1400,1500)
  --hold SECONDS    how long the highest rate must be held (default 60)
  --ramp SECONDS    length of each try before (default 15)
  --callbacks LIST  status callbacks that the provider sends of each message (default none)
  --stored N        messages in the store for "store" (default 2000000)
  --out FOLDER      where bench.json and bench.md go (default: printed only)
  --help            this text
`;

const scenarios = ['idle', 'receive', 'burst', 'single', 'tenants', 'stages', 'store'];

/**
 * Reads the command line.
 *
 * @param args the arguments.
 * @returns the options; undefined when help was asked for, which is printed.
 * @throws TypeError for an unknown option.
 */
export function readOptions(args: string[]): BenchOptions | undefined {
  const text = { type: 'string' } as const;
  const options = {
    only: text,
    rates: text,
    hold: text,
    ramp: text,
    out: text,
    callbacks: text,
    stored: text,
    help: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ args, options });
  if (values.help) {
    process.stdout.write(help);
    return undefined;
  }
  return {
    only: values.only?.split(',') ?? scenarios,
    rates: (values.rates ?? '400,600,800,1000,1200,1400,1500').split(',').map(Number),
    holdSeconds: Number(values.hold ?? 60),
    rampSeconds: Number(values.ramp ?? 15),
    out: values.out,
    callbacks: values.callbacks ?? '',
    storedMessages: Number(values.stored ?? 2_000_000),
  };
}
