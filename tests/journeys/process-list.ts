import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A process of this machine. */
export interface Row {
  pid: number;
  command: string;
}

/**
 * All processes below one. Not read at once: on a busy machine `ps` takes a while, and who asks may be a provider, too.
 *
 * @param root its process id.
 * @returns those that live now, without itself.
 */
export async function processesBelow(root: number): Promise<Row[]> {
  const { stdout } = await run('ps', ['-axwwo', 'pid=,ppid=,command='], { maxBuffer: 1 << 24 });
  const rows = stdout.split('\n').flatMap((line) => {
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
 * The processes of a service.
 *
 * @param rows of `processesBelow`.
 * @param service such as `routing`.
 * @returns their process ids.
 */
export function pidsOf(rows: readonly Row[], service: string): number[] {
  // Not the shell before a process, which names it too.
  const own = new RegExp(`^\\S*node\\b[^;]*services/${service}/dist/main\\.js`);
  return rows.filter(({ command }) => own.test(command)).map(({ pid }) => pid);
}
