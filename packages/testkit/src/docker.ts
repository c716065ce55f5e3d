import { execFile } from 'node:child_process';

// A daemon that is there answers in some 50 ms; a client without one may wait for a network.
const answerMs = 5_000;

let asked: Promise<boolean> | undefined;

/** Whether a Docker engine answers here; asked once a process. */
export function dockerAnswers(): Promise<boolean> {
  asked ??= new Promise((resolve) => {
    execFile('docker', ['info'], { timeout: answerMs, killSignal: 'SIGKILL' }, (error) =>
      resolve(error === null),
    );
  });
  return asked;
}
