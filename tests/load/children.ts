import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/**
 * Starts a script of this folder as a process of its own.
 *
 * @param script file name without its ending.
 * @param args its arguments.
 * @returns the process.
 */
export function startChild(script: string, args: string[] = []): ChildProcess {
  return fork(join(__dirname, `${script}.js`), args, {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

/**
 * The next thing that a process tells.
 *
 * @param child the process.
 * @param question sent first, when given.
 * @returns what it told.
 * @throws Error when it ends instead.
 */
export function answerOf<T>(child: ChildProcess, question?: unknown): Promise<T> {
  const answer = new Promise<T>((resolve, reject) => {
    const ended = (code: number | null): void =>
      reject(new Error(`a process of the benchmark ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as T);
    });
  });
  if (question !== undefined) child.send(question as object);
  return answer;
}
