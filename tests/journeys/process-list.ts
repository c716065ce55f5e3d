import { execFileSync } from 'node:child_process';

/** A process of this machine. */
export interface Row {
  pid: number;
  command: string;
}

/**
 * All processes below one.
 *
 * @param root its process id.
 * @returns those that live now, without itself.
 */
export function processesBelow(root: number): Row[] {
  const rows = execFileSync('ps', ['-axwwo', 'pid=,ppid=,command='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    });
  const found = new Set([root]);
  // A child may be listed before its parent.
  for (let known = 0; known !== found.size; ) {
    known = found.size;
    for (const { pid, parent } of rows) if (found.has(parent)) found.add(pid);
  }
  return rows.filter(({ pid }) => found.has(pid) && pid !== root);
}

/**
 * The processes of a service below a command.
 *
 * @param root process id of the command.
 * @param service such as `routing`.
 * @returns their process ids.
 */
export function processesOf(root: number, service: string): number[] {
  // Not the shell before a process, which names it too.
  const own = new RegExp(`^\\S*node\\b[^;]*services/${service}/dist/main\\.js`);
  return processesBelow(root)
    .filter(({ command }) => own.test(command))
    .map(({ pid }) => pid);
}
