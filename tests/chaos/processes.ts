import { execFileSync } from 'node:child_process';

/** A process of a service in the cluster form. */
export interface ServiceProcess {
  /** Such as `routing`. */
  service: string;
  pid: number;
}

/**
 * The processes of all services below a command.
 *
 * @param root process id of the command.
 * @returns those that live now.
 */
export function serviceProcesses(root: number): ServiceProcess[] {
  const rows = execFileSync('ps', ['-axwwo', 'pid=,ppid=,command='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    });
  const below = new Set([root]);
  // A child may be listed before its parent.
  for (let known = 0; known !== below.size; ) {
    known = below.size;
    for (const { pid, parent } of rows) if (below.has(parent)) below.add(pid);
  }
  return rows.flatMap(({ pid, command }) => {
    // Not the shell before it, which names it too.
    const service = /^\S*node\b[^;]*services\/([\w-]+)\/dist\/main\.js/.exec(command)?.[1];
    return service !== undefined && pid !== root && below.has(pid) ? [{ service, pid }] : [];
  });
}
