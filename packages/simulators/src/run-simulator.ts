/** A simulator that listens. */
export interface RunningSimulator {
  url: string;
  stop(): Promise<void>;
}

/**
 * Runs a simulator as this process, until a signal ends it: prints `{"url": …}` as its first line when it listens.
 *
 * @param usage what `--help` tells, and whoever gives wrong arguments.
 * @param start reads the arguments and starts it.
 */
export function runSimulator(usage: string, start: () => Promise<RunningSimulator>): void {
  if (process.argv.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  run(start).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exitCode = 2;
  });
}

async function run(start: () => Promise<RunningSimulator>): Promise<void> {
  const simulator = await start();
  process.stdout.write(`${JSON.stringify({ url: simulator.url })}\n`);
  const stop = () => void simulator.stop();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
