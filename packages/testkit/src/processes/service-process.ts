import { once } from 'node:events';
import { join } from 'node:path';
import type { ServiceName } from '../cluster/topology';
import { repositoryRoot } from '../repository-root';
import { startTethered, type Tethered } from './tethered';

const readyMs = 60_000;
const stopMs = 35_000;

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
 * @returns the process, which may still be starting.
 */
export async function startService(name: ServiceName, env: Record<string, string>): Promise<ServiceProcess> {
  const main = join(repositoryRoot(), 'services', name, 'dist', 'main.js');
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = await startTethered(process.execPath, [main], { env: { PATH, NODE_COMPILE_CACHE, ...env } });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += String(chunk);
      for (const listener of listeners) listener();
    });
  }
  const ended = closed(child);
  return {
    name,
    pid: child.pid,
    output: () => output,
    ended,
    ready: () => becomesReady({ name, ended, listeners, output: () => output }),
    signal: child.signal,
    async stop() {
      child.signal('SIGTERM');
      const late = setTimeout(() => void child.kill(), stopMs);
      return ended.finally(() => clearTimeout(late));
    },
  };
}

/** Resolves with the exit code when all that it wrote has been read, too. */
async function closed(child: Tethered): Promise<number | null> {
  await Promise.all([child.stdout, child.stderr].map((stream) => once(stream, 'close')));
  return child.ended;
}

interface Starting {
  name: ServiceName;
  ended: Promise<number | null>;
  listeners: Set<() => void>;
  output(): string;
}

function becomesReady({ name, ended, listeners, output }: Starting): ReturnType<ServiceProcess['ready']> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      listeners.delete(look);
      act();
    };
    const fail = (why: string): void =>
      settle(() => reject(new Error(`${name} did not become ready: ${why}\n${output()}`)));
    const timer = setTimeout(() => fail('it took too long'), readyMs);
    function look(): void {
      const found = /^omnigate-\S+ is ready http=(\S+)(?: grpc=(\S+))?$/m.exec(output());
      if (found) settle(() => resolve({ http: found[1] ?? '', grpc: found[2] }));
    }
    void ended.then((code) => fail(`it ended with ${code}`));
    listeners.add(look);
    look();
  });
}
