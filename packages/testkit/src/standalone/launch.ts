import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type ServiceDefinition } from '@omnigate/rpc';
import { repositoryRoot } from '../repository-root';
import { freePorts } from './free-ports';

const readyMs = 60_000;
const stopMs = 35_000;

/** How to launch. */
export interface LaunchOptions {
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Kept between launches when given; else a new one that is removed at the end. */
  dataFolder?: string;
}

/** Omnigate's standalone form as a process of its own, reached as its users reach it. */
export interface LaunchedOmnigate {
  httpUrl: string;
  grpcAddress: string;
  apiKey: string;
  dataFolder: string;
  /** Process id of Omnigate now. */
  pid(): number;
  /** Everything it has written to stdout and stderr, over all its starts. */
  output(): string;
  client<D extends ServiceDefinition>(
    definition: D,
    options?: { apiKey?: string; tenant?: string; idempotent?: readonly string[] },
  ): ReturnType<typeof createClient<D>>;
  /** Sends SIGKILL, to the process alone or to everything below it too, and waits for its end. */
  kill(below?: 'everything'): Promise<void>;
  /** Starts it again on the same ports and data. */
  start(env?: Record<string, string>): Promise<void>;
  /** Sends SIGTERM and waits; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Ends it, PostgreSQL too, closes clients and removes a data folder that it made. */
  close(): Promise<void>;
}

/**
 * Launches Omnigate on free ports and waits until it is ready.
 *
 * @param options environment and data folder.
 * @returns the running Omnigate.
 * @throws Error with its output when it does not become ready.
 */
export async function launchOmnigate(options: LaunchOptions = {}): Promise<LaunchedOmnigate> {
  const made = options.dataFolder === undefined;
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'omnigate-test-'));
  if (made) chmodSync(dataFolder, 0o755);
  const [httpPort = 0, grpcPort = 0] = await freePorts(2);
  const apiKey = `test-${randomBytes(24).toString('base64url')}`;
  const clients: { close(): void }[] = [];
  let output = '';
  let child: ChildProcess | undefined;
  let extra = options.env ?? {};

  async function start(env?: Record<string, string>): Promise<void> {
    extra = { ...extra, ...env };
    const main = join(repositoryRoot(), 'services', 'standalone', 'dist', 'main.js');
    child = spawn(process.execPath, ['--max-semi-space-size=16', main], {
      cwd: dataFolder,
      env: {
        ...process.env,
        OMNIGATE_HTTP_PORT: String(httpPort),
        OMNIGATE_GRPC_PORT: String(grpcPort),
        OMNIGATE_DATA_DIR: dataFolder,
        OMNIGATE_ADMIN_KEY: apiKey,
        OMNIGATE_LOG_LEVEL: 'info',
        ...extra,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await ready(child, (text) => {
      output += text;
    });
  }

  async function kill(below?: 'everything'): Promise<void> {
    if (!child) return;
    const ended = endOf(child);
    const postgres = below ? postmasterPids(dataFolder) : [];
    child.kill('SIGKILL');
    for (const pid of postgres) killQuietly(pid, 'SIGKILL');
    await ended;
  }

  async function stop(): Promise<number | null> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = endOf(child);
    child.kill('SIGTERM');
    const late = setTimeout(() => child?.kill('SIGKILL'), stopMs);
    return ended.finally(() => clearTimeout(late));
  }

  await start();
  return {
    httpUrl: `http://127.0.0.1:${httpPort}`,
    grpcAddress: `127.0.0.1:${grpcPort}`,
    apiKey,
    dataFolder,
    pid: () => child?.pid ?? 0,
    output: () => output,
    client(definition, clientOptions = {}) {
      const client = createClient(definition, { address: `127.0.0.1:${grpcPort}`, apiKey, ...clientOptions });
      clients.push(client);
      return client;
    },
    kill,
    start,
    stop,
    async close() {
      for (const client of clients) client.close();
      await stop();
      for (const pid of postmasterPids(dataFolder)) killQuietly(pid, 'SIGQUIT');
      if (made) rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

function ready(child: ChildProcess, onOutput: (text: string) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    const timer = setTimeout(() => fail('it was not ready in time'), readyMs);
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new Error(`Omnigate did not start: ${why}\n${seen}`));
    };
    const take = (chunk: Buffer): void => {
      seen += chunk;
      onOutput(String(chunk));
      if (!/^Omnigate is ready/m.test(seen)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.once('exit', (code, signal) => fail(`it ended with ${code ?? signal}`));
  });
}

function endOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

/** Process ids of the PostgreSQL servers whose data lies below a folder. */
function postmasterPids(folder: string): number[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true }).map(String);
  return files
    .filter((file) => file.endsWith('postmaster.pid'))
    .map((file) => Number.parseInt(readFileSync(join(folder, file), 'utf8'), 10))
    .filter((pid) => pid > 0);
}

function killQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
