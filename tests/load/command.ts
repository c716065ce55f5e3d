import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What was asked for is not possible. */
export class UsageError extends Error {}

/**
 * Reads a command line.
 *
 * @param parse reads it, such as parseArgs.
 * @returns what it returned.
 * @throws UsageError in place of what it threw.
 */
export function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * Prints what was measured, and keeps it where that was asked for.
 *
 * @param name of the files, such as `bench`.
 * @param report what was measured.
 * @param o the same as Markdown, and the folder; undefined to print only.
 */
export function showReport(
  name: string,
  report: unknown,
  { markdown, folder }: { markdown: string; folder: string | undefined },
): void {
  process.stdout.write(`${markdown}\n`);
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(folder, `${name}.md`), `${markdown}\n`);
}

/**
 * Runs a benchmark as a command: ends with 2 for wrong usage, with 1 for what went wrong.
 *
 * @param main the benchmark.
 */
export function runCommand(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}; --help lists what there is\n`);
      process.exit(2);
    }
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
}
