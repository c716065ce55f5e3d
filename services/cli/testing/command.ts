import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';

const launcher = join(__dirname, '..', 'bin', 'omnigate.mjs');

/** How `omnigate` is called. */
export interface CommandOptions {
  env: NodeJS.ProcessEnv;
  folder: string;
  /** What stdin holds; ends at once when absent. */
  input?: string;
}

/** How a command ended. */
export interface EndedCommand {
  code: number | null;
  out: string;
  err: string;
}

/** A command that is still running. */
export interface RunningCommand {
  type(line: string): void;
  /** Ends stdin. */
  end(): void;
  interrupt(): void;
  /** Resolves with everything on stdout as soon as it fits; rejects when the command ends before. */
  shows(pattern: RegExp): Promise<string>;
  ended: Promise<EndedCommand>;
}

/**
 * Starts the built command as its users do.
 *
 * @param words the command line.
 * @param o environment, folder and stdin.
 */
export function startCommand(words: readonly string[], o: CommandOptions): RunningCommand {
  const child = spawn(process.execPath, [launcher, ...words], { cwd: o.folder, env: o.env });
  const seen = { out: '', err: '' };
  const looks = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    seen.out += String(chunk);
    for (const look of looks) look();
  });
  child.stderr.on('data', (chunk) => {
    seen.err += String(chunk);
  });
  // Who ends early does not read the rest.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<EndedCommand>((resolve) => {
    child.on('close', (code) => resolve({ code, ...seen }));
  });
  return {
    type: (line) => child.stdin.write(`${line}\n`),
    end: () => child.stdin.end(),
    interrupt: () => child.kill('SIGINT'),
    shows: (pattern) => shows(pattern, { child, seen, looks, ended }),
    ended,
  };
}

interface Watched {
  child: ChildProcessWithoutNullStreams;
  seen: { out: string; err: string };
  looks: Set<() => void>;
  ended: Promise<EndedCommand>;
}

function shows(pattern: RegExp, { seen, looks, ended }: Watched): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (!pattern.test(seen.out)) return;
      looks.delete(look);
      resolve(seen.out);
    };
    looks.add(look);
    void ended.then(() => reject(new Error(`ended without ${pattern}:\n${seen.out}\n${seen.err}`)));
    look();
  });
}

/**
 * Runs the built command to its end.
 *
 * @param words the command line.
 * @param o environment, folder and stdin.
 */
export function runToEnd(words: readonly string[], o: CommandOptions): Promise<EndedCommand> {
  const running = startCommand(words, o);
  if (o.input !== undefined) running.type(o.input);
  running.end();
  return running.ended;
}
