import { readdirSync, readFileSync } from 'node:fs';

/** Kernel clock ticks a second; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

interface Stat {
  name: string;
  parent: number;
  /** CPU of the process, milliseconds. */
  ownMs: number;
  /** CPU of its children that have ended. */
  endedMs: number;
}

function statOf(path: string): Stat | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    const end = text.lastIndexOf(')');
    const fields = text
      .slice(end + 2)
      .split(' ')
      .map(Number);
    const ms = (user: number, system: number): number =>
      (((fields[user] ?? 0) + (fields[system] ?? 0)) * 1000) / ticksPerSecond;
    return {
      name: text.slice(text.indexOf('(') + 1, end),
      parent: fields[1] ?? 0,
      ownMs: ms(11, 12),
      endedMs: ms(13, 14),
    };
  } catch {
    return undefined;
  }
}

/** CPU milliseconds by what spent them. */
export type CpuSample = Record<string, number>;

/**
 * CPU spent so far by a Node process, thread by thread, and by a PostgreSQL server, connection by connection.
 *
 * @param pid the Node process.
 * @param postmaster PostgreSQL's first process.
 * @param names what its connections serve, by process id.
 * @returns milliseconds by name; "node …" and "postgres …".
 */
export function sampleCpu(pid: number, postmaster: number, names: ReadonlyMap<number, string>): CpuSample {
  const sample: CpuSample = {};
  const add = (name: string, ms: number): void => {
    sample[name] = (sample[name] ?? 0) + ms;
  };
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const stat = statOf(`/proc/${pid}/task/${thread}/stat`);
    if (stat) add(`node ${Number(thread) === pid ? 'main' : stat.name}`, stat.ownMs);
  }
  const server = statOf(`/proc/${postmaster}/stat`);
  if (server) add('postgres server and ended connections', server.ownMs + server.endedMs);
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = statOf(`/proc/${entry}/stat`);
    if (stat?.parent !== postmaster) continue;
    add(`postgres ${names.get(Number(entry)) ?? titleOf(Number(entry))}`, stat.ownMs);
  }
  return sample;
}

/** "postgres: checkpointer" says what it does. One that has just ended has no title. */
function titleOf(pid: number): string {
  let title: string;
  try {
    title = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return 'other';
  }
  return /^postgres: (?:[\w-]+: )?([a-z ]+)/.exec(title)?.[1]?.trim() ?? 'other';
}

/**
 * What was spent between two samples.
 *
 * @param before the first.
 * @param after the second.
 * @returns milliseconds by name, those above zero, the largest first.
 */
export function spent(before: CpuSample, after: CpuSample): CpuSample {
  const rows = Object.keys(after).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)] as const);
  return Object.fromEntries(rows.filter(([, ms]) => ms > 0).sort(([, a], [, b]) => b - a));
}

/**
 * The sum of a sample.
 *
 * @param sample milliseconds by name.
 * @returns milliseconds.
 */
export const totalMs = (sample: CpuSample): number => Object.values(sample).reduce((sum, ms) => sum + ms, 0);

/**
 * Resident memory of a process.
 *
 * @param pid the process.
 * @returns the present and the highest figure, megabytes.
 */
export function residentMb(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (key: string): number => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  return { now: Math.round(read('VmRSS')), peak: Math.round(read('VmHWM')) };
}
