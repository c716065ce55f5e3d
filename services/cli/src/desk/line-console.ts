import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline';
import { styleText } from 'node:util';
import type { Terminal } from '../terminal';

/** The agent's side of the desk: a person's terminal, or lines of a script. */
export interface LineConsole {
  /** A person types; else lines come through a pipe and are done one after the other. */
  interactive: boolean;
  /** Lines as they come; ends with the input, at Ctrl-C and at the signal. */
  lines: AsyncIterable<string>;
  /** Writes lines above what is being typed. */
  print(...lines: string[]): void;
  /** Writes what is not a result. */
  complain(line: string): void;
  /** Shows the prompt, which is asked for whenever it is shown. */
  promptBy(prompt: () => string): void;
  /** Draws attention to what was printed. */
  ring(): void;
  /** Takes a text back where it is of less weight; only on a screen. */
  faint(text: string): string;
  close(): void;
}

/** Readline keeps how many rows above the cursor its line begins; what is printed in between begins at none. */
type PromptRows = Interface & { prevRows?: number };

/**
 * Opens the console. Lines that come before anybody reads them wait.
 *
 * @param terminal stdin, stdout and stderr.
 * @param signal ends it.
 */
export function openConsole(terminal: Terminal, signal: AbortSignal): LineConsole {
  const { input, output, errors } = terminal;
  const interactive = input.isTTY === true && output.isTTY === true;
  const readline: PromptRows = createInterface({
    input,
    ...(interactive ? { output, terminal: true } : { terminal: false }),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  const lines = queueLines(readline);
  signal.addEventListener('abort', () => readline.close(), { once: true });
  if (signal.aborted) readline.close();
  // On a terminal Ctrl-C is a key.
  readline.on('SIGINT', () => readline.close());
  let closed = false;
  let prompt = (): string => '';
  readline.on('close', () => {
    closed = true;
    // What comes next begins below the prompt.
    if (interactive) output.write('\n');
  });

  function write(to: NodeJS.WritableStream, texts: readonly string[]): void {
    const prompted = interactive && !closed;
    if (prompted) {
      moveCursor(output, 0, -readline.getCursorPos().rows);
      cursorTo(output, 0);
      clearScreenDown(output);
    }
    to.write(texts.map((text) => `${text}\n`).join(''));
    if (!prompted) return;
    readline.prevRows = 0;
    readline.setPrompt(prompt());
    readline.prompt(true);
  }

  return {
    interactive,
    lines,
    print: (...texts) => write(output, texts),
    complain: (text) => write(errors, [text]),
    promptBy(given) {
      prompt = given;
      write(output, []);
    },
    ring: () => void (interactive && output.write('\u0007')),
    faint: (text) => (interactive ? styleText('dim', text, { stream: output }) : text),
    close() {
      readline.close();
      input.destroy();
    },
  };
}

/** Keeps lines until they are read; readline's own iterator loses those that came before it was asked. */
function queueLines(readline: Interface): AsyncIterable<string> {
  const waiting: string[] = [];
  let ended = false;
  let wake = (): void => undefined;
  readline.on('line', (line) => {
    waiting.push(line);
    wake();
  });
  readline.on('close', () => {
    ended = true;
    wake();
  });
  return {
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const line = waiting.shift();
        if (line !== undefined) yield line;
        else if (ended) return;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}
