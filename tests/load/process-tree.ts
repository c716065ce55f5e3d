import { readdirSync, readFileSync } from 'node:fs';

/** Kernel clock ticks a second; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** A process as /proc shows it. */
export interface ProcessStat {
  pid: number;
  parent: number;
  /** CPU of the process, milliseconds. */
  ownMs: number;
  /** CPU of its children that have ended. */
  endedMs: number;
  /** What it was started with, blanks between; empty for one that has ended. */
  command: string;
}

/** What a thread is called, and its CPU in milliseconds. */
export interface ThreadStat {
  id: number;
  name: string;
  ms: number;
}

function statOf(path: string) {
  const text = readOrNothing(path);
  if (text === '') return undefined;
  const end = text.lastIndexOf(')');
  const fields = text
    .slice(end + 2)
    .split(' ')
    .map(Number);
  const ms = (user: number, system: number): number =>
    (((fields[user] ?? 0) + (fields[system] ?? 0)) * 1000) / ticksPerSecond;
  const name = text.slice(text.indexOf('(') + 1, end);
  return { name, parent: fields[1] ?? 0, ownMs: ms(11, 12), endedMs: ms(13, 14) };
}

// Processes and threads end while they are looked at.
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const numbersIn = (folder: string): number[] =>
  readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

/**
 * A process and everything below it.
 *
 * @param root its process id.
 * @returns the living ones, parents first.
 */
export function processTree(root: number): ProcessStat[] {
  const below = Map.groupBy(
    numbersIn('/proc').flatMap((pid): ProcessStat[] => {
      const stat = statOf(`/proc/${pid}/stat`);
      if (!stat) return [];
      const command = readOrNothing(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      return [{ ...stat, pid, command }];
    }),
    (stat) => (stat.pid === root ? 0 : stat.parent),
  );
  const tree = (below.get(0) ?? []).filter((stat) => stat.pid === root);
  for (const stat of tree) tree.push(...(below.get(stat.pid) ?? []));
  return tree;
}

/**
 * The threads of a process.
 *
 * @param pid the process.
 * @returns those that live.
 */
export function threadsOf(pid: number): ThreadStat[] {
  return numbersIn(`/proc/${pid}/task`).flatMap((id) => {
    const stat = statOf(`/proc/${pid}/task/${id}/stat`);
    return stat ? [{ id, name: stat.name, ms: stat.ownMs }] : [];
  });
}

/** Resident memory in megabytes, now and at its highest. */
export interface Resident {
  now: number;
  peak: number;
}

/**
 * Resident memory of a process.
 *
 * @param pid the process.
 * @returns nothing for one that has ended.
 */
export function residentMb(pid: number): Resident {
  const status = readOrNothing(`/proc/${pid}/status`);
  const read = (key: string): number => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  return { now: Math.round(read('VmRSS')), peak: Math.round(read('VmHWM')) };
}
