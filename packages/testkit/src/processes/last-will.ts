import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/** Waits for a line, which calls it off, or for the pipe's end, which is the end of the process that holds it. */
const wait = 'read -r line <&3 && exit; exec 3<&-\n';

/**
 * Has a shell script run when this process ends without having called it off, by SIGKILL too: for servers that are not
 * this process's own children.
 *
 * @param script POSIX shell, which sees the arguments as $1, $2, …
 * @param args its arguments.
 * @returns calls it off.
 */
export function leaveWill(script: string, args: readonly string[]): () => void {
  const child = spawn('/bin/sh', ['-c', wait + script, 'sh', ...args], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const tether = child.stdio[3] as Writable;
  tether.on('error', () => undefined); // somebody killed the shell
  child.unref();
  return () => void tether.end('\n');
}
