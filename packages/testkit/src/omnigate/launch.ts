import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type ServiceDefinition } from '@omnigate/rpc';
import { freePorts } from '../free-ports';
import { leaveWill } from '../processes/last-will';
import { repositoryRoot } from '../repository-root';

const stopMs = 35_000;
const databaseMs = 60_000;

/** The two ways to run: one process on an embedded PostgreSQL, or services on Kafka, Redis and PostgreSQL. */
export type OmnigateForm = 'standalone' | 'cluster';

const forms = {
  standalone: { main: ['services', 'standalone', 'dist', 'main.js'], readyMs: 60_000 },
  cluster: { main: ['packages', 'testkit', 'dist', 'cluster', 'main.js'], readyMs: 180_000 },
} as const;

interface NodeSettings {
  options: string[];
  env: Record<string, string>;
}

/** How `npm start` runs Node; the services of the cluster form are started by its command. */
function nodeOf(form: OmnigateForm): NodeSettings {
  if (form === 'cluster') return { options: [], env: {} };
  const file = join(repositoryRoot(), 'services', 'standalone', 'node.json');
  return JSON.parse(readFileSync(file, 'utf8')) as NodeSettings;
}

/** The form of a test that names none: that of OMNIGATE_TEST_FORM, else standalone. */
export const testForm = (): OmnigateForm =>
  process.env.OMNIGATE_TEST_FORM === 'cluster' ? 'cluster' : 'standalone';

/** How to launch. */
export interface LaunchOptions {
  /** Default: `testForm`. */
  form?: OmnigateForm;
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Kept between launches when given; else a new one that is removed at the end. */
  dataFolder?: string;
  /** Takes what it writes to stdout and stderr. */
  onOutput?(text: string): void;
}

/** Omnigate as a process of its own, with all below it, reached as its users reach it. */
export interface LaunchedOmnigate {
  form: OmnigateForm;
  httpUrl: string;
  grpcAddress: string;
  /** Of the SMTP server for mail that comes. */
  smtpPort: number;
  apiKey: string;
  dataFolder: string;
  /** Process id of what was launched: Omnigate itself, or the command that the services are below. */
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
  /** Ends PostgreSQL, which starts again by itself, and waits for the new one. */
  restartDatabase(): Promise<void>;
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
  const form = options.form ?? testForm();
  const { main, readyMs } = forms[form];
  const node = nodeOf(form);
  const made = options.dataFolder === undefined;
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'omnigate-test-'));
  if (made) chmodSync(dataFolder, 0o755);
  const [httpPort = 0, grpcPort = 0, smtpPort = 0] = await freePorts(3);
  const apiKey = `test-${randomBytes(24).toString('base64url')}`;
  const clients: { close(): void }[] = [];
  let output = '';
  let child: ChildProcess | undefined;
  let extra = options.env ?? {};

  async function start(env?: Record<string, string>): Promise<void> {
    extra = { ...extra, ...env };
    child = spawn(process.execPath, [...node.options, join(repositoryRoot(), ...main)], {
      cwd: dataFolder,
      env: {
        ...node.env,
        ...process.env,
        OMNIGATE_HTTP_PORT: String(httpPort),
        OMNIGATE_GRPC_PORT: String(grpcPort),
        OMNIGATE_SMTP_PORT: String(smtpPort),
        OMNIGATE_DATA_DIR: dataFolder,
        OMNIGATE_ADMIN_KEY: apiKey,
        OMNIGATE_LOG_LEVEL: 'info',
        ...(form === 'cluster' ? { OMNIGATE_REPLICAS: '2' } : {}),
        ...extra,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // Whatever ends this process, that one goes with it, and ends what is below it.
    const callOff = leaveWill('kill -TERM "$1"', [String(child.pid)]);
    child.once('exit', callOff);
    const onOutput = (text: string) => {
      output += text;
      options.onOutput?.(text);
    };
    await ready(child, { readyMs, onOutput });
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

  async function restartDatabase(): Promise<void> {
    const before = postmasterPids(dataFolder);
    for (const pid of before) killQuietly(pid, 'SIGINT');
    const isBack = () => postmasterPids(dataFolder).some((pid) => !before.includes(pid));
    for (const until = Date.now() + databaseMs; !isBack(); await sleep(50)) {
      if (Date.now() > until) throw new Error('PostgreSQL was not started again');
    }
  }

  await start();
  return {
    form,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    grpcAddress: `127.0.0.1:${grpcPort}`,
    smtpPort,
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
    restartDatabase,
    stop,
    async close() {
      for (const client of clients) client.close();
      await stop();
      for (const pid of postmasterPids(dataFolder)) killQuietly(pid, 'SIGQUIT');
      if (made) rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

function ready(
  child: ChildProcess,
  { readyMs, onOutput }: { readyMs: number; onOutput(text: string): void },
): Promise<void> {
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
    .map((file) => Number.parseInt(readOrNothing(join(folder, file)), 10))
    .filter((pid) => pid > 0);
}

// A server that is ending takes its file away.
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function killQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}
