import type { Readable, Writable } from 'node:stream';

/** A stream that may be a person's screen. */
export type Screen = Writable & { isTTY?: boolean; columns?: number };

/** What a command reads and writes; handed in, so that tests can look. */
export interface Terminal {
  input: Readable & { isTTY?: boolean };
  /** Results and nothing else. */
  output: Screen;
  /** Everything that is not a result. */
  errors: Screen;
  env: NodeJS.ProcessEnv;
  /** The folder the command was started in. */
  folder: string;
  /** From now on Ctrl-C and SIGTERM abort the signal instead of ending the process; a second one ends it. */
  untilInterrupted(): AbortSignal;
}

/**
 * Writes a line of the result.
 *
 * @param terminal where to.
 * @param line without its line break.
 */
export function printLine(terminal: Terminal, line: string): void {
  terminal.output.write(`${line}\n`);
}

/**
 * Tells the person something that is not part of the result.
 *
 * @param terminal where to.
 * @param line without its line break.
 */
export function tell(terminal: Terminal, line: string): void {
  terminal.errors.write(`${line}\n`);
}
