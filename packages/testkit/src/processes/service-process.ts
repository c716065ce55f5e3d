import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from '../repository-root';

const readyMs = 60_000;
const stopMs = 35_000;

/** The services that start alone. */
export type ServiceName = 'directory' | 'routing' | 'bot' | 'channel-webhooks' | 'channel-web';

/** A service as a process of its own. */
export interface ServiceProcess {
  name: ServiceName;
  pid: number;
  /** Everything it has written to stdout and stderr. */
  output(): string;
  /**
   * Resolves when it has said that it is ready.
   * @returns `host:port` of its ports
   * @throws Error with its output when it ends or takes too long
   */
  ready(): Promise<{ http: string; grpc: string | undefined }>;
  /** Resolves with the exit code; null after a signal. */
  ended: Promise<number | null>;
  /** Sends a signal. */
  signal(signal: NodeJS.Signals): void;
  /** Sends SIGTERM and waits; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts a service from its built `dist/main.js`.
 *
 * @param name the service.
 * @param env its configuration; nothing of Omnigate's is taken from this process.
 * @returns the process, at once.
 */
export function startService(name: ServiceName, env: Record<string, string>): ServiceProcess {
  const main = join(repositoryRoot(), 'services', name, 'dist', 'main.js');
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += String(chunk);
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    name,
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    ready: () => becomesReady({ name, child, listeners, output: () => output }),
    signal: (signal) => void child.kill(signal),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
      return ended.finally(() => clearTimeout(late));
    },
  };
}

interface Starting {
  name: ServiceName;
  child: ChildProcess;
  listeners: Set<() => void>;
  output(): string;
}

function becomesReady({ name, child, listeners, output }: Starting): ReturnType<ServiceProcess['ready']> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      listeners.delete(look);
      child.off('close', onClose);
      act();
    };
    const fail = (why: string): void =>
      settle(() => reject(new Error(`${name} did not become ready: ${why}\n${output()}`)));
    const onClose = (code: number | null): void => fail(`it ended with ${code}`);
    const timer = setTimeout(() => fail('it took too long'), readyMs);
    function look(): void {
      const found = /^omnigate-\S+ is ready http=(\S+)(?: grpc=(\S+))?$/m.exec(output());
      if (found) settle(() => resolve({ http: found[1] ?? '', grpc: found[2] }));
    }
    child.once('close', onClose);
    listeners.add(look);
    if (child.exitCode !== null || child.signalCode !== null) onClose(child.exitCode);
    else look();
  });
}
