import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './program';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function untilInterrupted(): AbortSignal {
  const interruption = new AbortController();
  // Once: a second one ends the process, as if nobody listened.
  for (const signal of signals) process.once(signal, () => interruption.abort());
  return interruption.signal;
}

// Who reads the results may stop reading, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
process.stderr.on('error', () => undefined);

const { version } = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as {
  version: string;
};

async function main(): Promise<void> {
  const terminal = {
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
    env: process.env,
    folder: process.cwd(),
    untilInterrupted,
  };
  process.exit(await runCommand(process.argv.slice(2), terminal, version));
}

void main();
