import { execFile } from 'node:child_process';

const answerMs = 5_000;

/** Whether a Docker engine answers on this machine: the client alone starts nothing. */
export function dockerAnswers(): Promise<boolean> {
  return new Promise((resolve) => {
    const args = ['info', '--format', '{{.ServerVersion}}'];
    execFile('docker', args, { timeout: answerMs }, (error, stdout) =>
      resolve(!error && stdout.trim() !== ''),
    );
  });
}
