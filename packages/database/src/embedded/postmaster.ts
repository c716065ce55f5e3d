import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What a server writes into postmaster.pid (src/include/utils/pidfile.h), one value a line. */
export interface Postmaster {
  pid: number;
  port: number;
  status: 'starting' | 'ready' | 'stopping' | 'standby' | '';
}

const pidLine = 0;
const portLine = 3;
const statusLine = 7;

/** Reads the pid file of a data directory; undefined when there is none or it is only half written. */
export async function readPostmaster(directory: string): Promise<Postmaster | undefined> {
  const text = await readFile(join(directory, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[pidLine]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  return {
    pid,
    port: Number(lines[portLine] ?? 0),
    status: (lines[statusLine] ?? '').trim() as Postmaster['status'],
  };
}

/**
 * Whether a process lives and is the server of this directory. After a reboot the pid may be anyone's; a killed
 * process that nobody reaped still takes signals, but has no working directory any more.
 */
export async function isServing(pid: number, directory: string): Promise<boolean> {
  if (existsSync('/proc/self')) {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
    return cwd !== undefined && cwd === (await realpath(directory).catch(() => directory));
  }
  const { stdout } = await run('ps', ['-o', 'stat=,command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout.includes(directory) && !stdout.trimStart().startsWith('Z');
}

/**
 * Whether children of a killed server are still in its directory. They hold its shared memory, end by themselves
 * within moments, and until then no new server may start.
 * @returns undefined where the system doesn't tell
 */
export async function hasLeftovers(directory: string): Promise<boolean | undefined> {
  if (!existsSync('/proc/self')) return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const serving = await Promise.all(pids.map((pid) => isServing(Number(pid), directory)));
  return serving.includes(true);
}

/** Waits until the process is gone. @returns whether it went within the time */
export async function waitUntilGone(pid: number, directory: string, timeoutMs: number): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  while (await isServing(pid, directory)) {
    if (Date.now() > end) return false;
    await sleep(20);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // it is gone, which is what was wanted
  }
}

/** Ways to end a server, gentle first: fast shutdown, immediate shutdown, kill (its children end by themselves). */
const waysToEnd: readonly { name: NodeJS.Signals; waitMs: number }[] = [
  { name: 'SIGINT', waitMs: 20_000 },
  { name: 'SIGQUIT', waitMs: 5_000 },
  { name: 'SIGKILL', waitMs: 5_000 },
];

/**
 * Ends the server of a directory and waits for it.
 * @param fastShutdownMs how long a fast shutdown may take before it is ended without a checkpoint (nothing is lost:
 *   the next start replays the log)
 */
export async function endServer(pid: number, directory: string, fastShutdownMs = 20_000): Promise<void> {
  for (const { name, waitMs } of waysToEnd) {
    if (!(await isServing(pid, directory))) return;
    signal(pid, name);
    signal(pid, 'SIGCONT'); // a stopped process sees no signal
    if (await waitUntilGone(pid, directory, name === 'SIGINT' ? fastShutdownMs : waitMs)) return;
  }
}
