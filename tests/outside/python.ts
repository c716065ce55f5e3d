import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const script = join(__dirname, 'desk_client.py');

/** A Python program under way; each line it prints is a JSON value. */
export interface PythonProgram {
  /** Everything told so far. */
  lines: unknown[];
  /** Resolves with all lines when it has ended. @throws Error with what it wrote to stderr when it failed */
  ended: Promise<unknown[]>;
  kill(): void;
}

/**
 * Starts the outside client. Python's packages of gRPC lie in the folder that PYTHONPATH names; `npm test` brings them.
 *
 * @param address host and port of Omnigate's gRPC.
 * @param apiKey the key; empty for none.
 * @param args what it is to do; see desk_client.py.
 * @returns the program.
 */
export function startDeskClient(address: string, apiKey: string, ...args: string[]): PythonProgram {
  const child: ChildProcess = spawn('python3', [script, address, ...args], {
    env: { ...process.env, OMNIGATE_API_KEY: apiKey, PYTHONIOENCODING: 'utf-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: unknown[] = [];
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk));
  const read = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  read.on('line', (line) => lines.push(JSON.parse(line)));
  const allRead = new Promise<void>((resolve) => read.once('close', resolve));
  const exit = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const ended = Promise.all([exit, allRead]).then(([code]) => {
    if (code === 0) return lines;
    throw new Error(`desk_client.py ended with ${code}: ${complaint}`);
  });
  return { lines, ended, kill: () => void child.kill() };
}
