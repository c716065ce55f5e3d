import { type ProcessStat, processTree, type Resident, residentMb, threadsOf } from './process-tree';

/** CPU milliseconds by what spent them. */
export type CpuSample = Record<string, number>;

/** What Omnigate is made of, its servers included, by the command of its processes. */
const servers: readonly (readonly [RegExp, string])[] = [
  [/kafka\.Kafka/, 'kafka'],
  [/redis-server/, 'redis'],
  [/nginx/, 'nginx'],
];
const standalone = 'standalone';
const postgres = /(?:^|\/)postgres\b/;

/** Not of the shell before a process, which names it too. */
const serviceOf = (command: string): string | undefined =>
  /^\S*node\b[^;]*services\/([\w-]+)\/dist\/main\.js/.exec(command)?.[1];

function partOf({ command }: ProcessStat): string {
  return serviceOf(command) ?? servers.find(([pattern]) => pattern.test(command))?.[1] ?? 'start command';
}

/**
 * CPU spent so far by everything that Omnigate is made of: the standalone process thread by thread, services and servers
 * each as one, PostgreSQL connection by connection.
 *
 * @param pid the process that was launched; all others are below it.
 * @param names what PostgreSQL's connections serve, by process id.
 * @returns milliseconds by name, such as "node main", "routing", "postgres omnigate-bot".
 */
export function sampleCpu(pid: number, names: ReadonlyMap<number, string>): CpuSample {
  const sample: CpuSample = {};
  const add = (name: string, ms: number): void => {
    sample[name] = (sample[name] ?? 0) + ms;
  };
  const tree = processTree(pid);
  const postmasters = new Set(tree.filter(isPostmaster).map((stat) => stat.pid));
  for (const stat of tree) {
    if (postmasters.has(stat.pid)) add('postgres server and ended connections', stat.ownMs + stat.endedMs);
    else if (postmasters.has(stat.parent))
      add(`postgres ${names.get(stat.pid) ?? titleOf(stat)}`, stat.ownMs);
    else if (partOf(stat) !== standalone) add(partOf(stat), stat.ownMs);
    else {
      for (const thread of threadsOf(stat.pid))
        add(`node ${thread.id === stat.pid ? 'main' : thread.name}`, thread.ms);
    }
  }
  return sample;
}

const isPostmaster = ({ command }: ProcessStat): boolean =>
  postgres.test(command.split(' ')[0] ?? '') && command.includes(' -D ');

/** "postgres: checkpointer" says what it does. One that has just ended has no title. */
const titleOf = ({ command }: ProcessStat): string =>
  /^postgres: (?:[\w-]+: )?([a-z ]+)/.exec(command)?.[1]?.trim() ?? 'other';

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
 * Resident memory of Omnigate's own processes, without PostgreSQL, Kafka and Redis; shared pages count in each.
 *
 * @param pid the process that was launched.
 * @returns the sums over all.
 */
export function residentOfOmnigate(pid: number): Resident {
  const own = processTree(pid).filter(({ command }) => serviceOf(command) !== undefined);
  const sum: Resident = { now: 0, peak: 0 };
  for (const { now, peak } of own.map((stat) => residentMb(stat.pid))) {
    sum.now += now;
    sum.peak += peak;
  }
  return sum;
}
