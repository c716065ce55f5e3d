import { PassThrough, Readable } from 'node:stream';
import type { Terminal } from '../src/terminal';

/** A terminal whose output is kept. */
export interface RecordedTerminal extends Terminal {
  written(): string;
  complained(): string;
  interrupt(): void;
}

/**
 * Makes a terminal that is no screen.
 *
 * @param given what differs from an empty environment, an empty stdin and the folder `/`.
 */
export function recordedTerminal(
  given: { env?: NodeJS.ProcessEnv; folder?: string; input?: string } = {},
): RecordedTerminal {
  const interruption = new AbortController();
  const output = new PassThrough();
  const errors = new PassThrough();
  let written = '';
  let complained = '';
  output.on('data', (chunk) => {
    written += String(chunk);
  });
  errors.on('data', (chunk) => {
    complained += String(chunk);
  });
  return {
    input: Readable.from(given.input === undefined ? [] : [given.input]),
    output,
    errors,
    env: given.env ?? {},
    folder: given.folder ?? '/',
    untilInterrupted: () => interruption.signal,
    written: () => written,
    complained: () => complained,
    interrupt: () => interruption.abort(),
  };
}
