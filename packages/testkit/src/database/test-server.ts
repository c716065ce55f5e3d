import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedPostgres } from '@omnigate/database';
import { createLogger } from '@omnigate/runtime';

/** A PostgreSQL for tests. */
export interface TestDatabase {
  /** URL of a login that may make databases and roles. */
  url: string;
}

const startTimeoutMs = 120_000;
const serverFile = 'server.json';

/** Jest's workers are forked by the process that is the test run; with --runInBand there are none. */
function testRunPid(): number {
  return /jest-worker/.test(process.argv[1] ?? '') ? process.ppid : process.pid;
}

/** Tells a process from a later one with the same pid: its start time in clock ticks, where the system says so. */
function startTicks(pid: number): string {
  const path = `/proc/${pid}/stat`;
  return existsSync(path) ? (readFileSync(path, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? '0') : '0';
}

/** As root the server runs as another user, who must be able to enter the folder. */
function runFolder(pid: number): string {
  const base = process.getuid?.() === 0 ? '/tmp' : tmpdir();
  return join(base, `omnigate-test-${pid}-${startTicks(pid)}`);
}

/** Waits for the test run to be gone, then ends the server (its data is worth nothing) and removes the folder. */
const watchdogScript = `
  while kill -0 "$1" 2>/dev/null; do sleep 1; done
  server=$(head -n 1 "$2/postgres/postmaster.pid" 2>/dev/null)
  if [ -n "$server" ]; then
    kill -QUIT "$server" 2>/dev/null
    for i in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$server" 2>/dev/null || break; sleep 1; done
  fi
  rm -rf "$2"`;

function startWatchdog(pid: number, folder: string): void {
  const args = ['-c', watchdogScript, 'sh', String(pid), folder];
  spawn('/bin/sh', args, { detached: true, stdio: 'ignore', cwd: '/' }).unref();
}

async function claimFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o711 });
    await chmod(folder, 0o711);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function announce(folder: string, content: { url: string } | { error: string }): Promise<void> {
  const path = join(folder, serverFile);
  await writeFile(`${path}.new`, JSON.stringify(content), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Tests put proxies between a service and its database, so they get host and port alone. */
function withoutSocket(url: string): string {
  const plain = new URL(url);
  plain.searchParams.delete('host');
  return plain.href;
}

async function startServer(folder: string): Promise<void> {
  startWatchdog(testRunPid(), folder);
  try {
    const logger = createLogger({ service: 'test-database', level: 'silent' });
    const server = await startEmbeddedPostgres({ dataDir: folder, logger, unsafeNoSync: true });
    await server.leave();
    await announce(folder, { url: withoutSocket(server.url) });
  } catch (error) {
    await announce(folder, { error: String(error) });
  }
}

async function awaitServer(folder: string): Promise<TestDatabase> {
  for (const end = Date.now() + startTimeoutMs; Date.now() < end; await sleep(25)) {
    const text = await readFile(join(folder, serverFile), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const content = JSON.parse(text) as { url?: string; error?: string };
    if (content.url) return { url: content.url };
    throw new Error(`The test database did not start: ${content.error}`);
  }
  throw new Error('The test database did not start in time');
}

let started: Promise<TestDatabase> | undefined;

/**
 * The PostgreSQL of this test run: that of DATABASE_URL_TEST, else an embedded one with fsync off, which all workers
 * of the run share and which ends with it.
 */
export function startTestDatabase(): Promise<TestDatabase> {
  started ??= locate();
  return started;
}

async function locate(): Promise<TestDatabase> {
  const given = process.env.DATABASE_URL_TEST;
  if (given) return { url: given };
  const folder = runFolder(testRunPid());
  if (await claimFolder(folder)) await startServer(folder);
  return awaitServer(folder);
}
