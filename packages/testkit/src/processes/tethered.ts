import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

/** What a tethered process may be given. */
export interface TetheredOptions {
  /** Default: the root folder, so that it keeps none busy. */
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** A folder that is worth nothing any more once this process is gone without having ended the other. */
  scratchFolder?: string;
}

/** A process that does not outlive the one that started it, whatever ends that. */
export interface Tethered {
  /** Of the program itself; also the id of its process group, which its own children are in. */
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Its exit code, or null when a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Signals the program alone: SIGSTOP, SIGCONT, SIGTERM, … Nothing once it has ended. */
  signal(name: NodeJS.Signals): void;
  /** Sends SIGKILL to it and all below it, and waits for its end. */
  kill(): Promise<void>;
}

/**
 * The shell becomes the program, so that its pid and exit code are the program's. Beside it a watcher reads from a pipe
 * that only the starting process holds: a line means that the program has ended, the pipe's end that its starter has.
 * The watcher is in the group itself, so that comes last.
 */
const script = `
  folder=$1; shift; group=$$
  (
    read -r line && exit
    kill -s KILL "$group"
    [ -z "$folder" ] || rm -rf "$folder"
    kill -s KILL -- "-$group"
  ) <&3 >/dev/null 2>&1 &
  exec 3<&- "$@"`;

function spawnShell(command: string, args: readonly string[], options: TetheredOptions): ChildProcess {
  return spawn('/bin/sh', ['-c', script, 'sh', options.scratchFolder ?? '', command, ...args], {
    cwd: options.cwd ?? '/',
    env: options.env ?? process.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
}

function signalQuietly(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/**
 * Starts a program that ends when this process does, by SIGKILL too. It has a process group of its own, so Ctrl-C reaches
 * this process alone, which ends it as it likes.
 *
 * @param command a name on the PATH, or a path
 * @throws Error when there is no shell; a program that can't be run ends with 126 or 127
 */
export async function startTethered(
  command: string,
  args: readonly string[],
  options: TetheredOptions = {},
): Promise<Tethered> {
  const child = spawnShell(command, args, options);
  await once(child, 'spawn');
  const pid = child.pid as number;
  const tether = child.stdio[3] as Writable;
  tether.on('error', () => undefined); // the watcher may be gone with its group
  let running = true;
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      running = false;
      tether.end('\n');
      resolve(code);
    });
  });
  return {
    pid,
    stdout: child.stdout as Readable,
    stderr: child.stderr as Readable,
    ended,
    signal(name) {
      if (running) signalQuietly(pid, name);
    },
    async kill() {
      if (running) signalQuietly(-pid, 'SIGKILL');
      await ended;
    },
  };
}
