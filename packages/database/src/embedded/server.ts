import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { chown, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@omnigate/errors';
import type { Client } from 'pg';
import type { Binaries } from './binaries';
import { type Cluster, rememberPort, serverEnvironment } from './cluster';
import { logIn, socketFolder } from './login';
import { endServer, hasLeftovers, isServing, readPostmaster } from './postmaster';
import { spawnAs } from './server-user';
import { renderSettings } from './settings';

const pollMs = 15;
const answerTimeoutMs = 3_000;
/** What a killed server's children may take to end. */
const leftoversMs = 15_000;
const leftoversPollMs = 50;
/** A port may be taken between the look and the start; where leftovers can't be seen they are waited for by trying. */
const tries = { seen: 3, unseen: 40 };
const retryPauseMs = 250;
const progressEveryMs = 5_000;

/** What starting needs beside the cluster. */
export interface ServerOptions {
  binaries: Binaries;
  unsafeNoSync: boolean;
  maxConnections: number | undefined;
  /** The port is known to others already, so another one won't do. */
  keepPort: boolean;
  onProgress: (line: string) => void;
}

/** A server that answers: its port, and the superuser's connection that found it. */
export interface RunningServer {
  port: number;
  owner: Client;
  adopted: boolean;
}

/** A port of 127.0.0.1 that nobody listens on now. */
export function freePort(wanted = 0): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port: wanted, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}

/** A port that nobody listens on now, whichever. */
export async function anyPort(): Promise<number> {
  const port = await freePort();
  if (port === undefined)
    throw new AppError('CONFIG_INVALID', { reason: 'no port of 127.0.0.1 can be listened on' });
  return port;
}

/**
 * Waits for a server that is alive to answer: it may be replaying its log after a crash, however long that takes.
 * @returns undefined when it dies, or says that it is ready and still doesn't answer
 */
async function awaitAnswer(
  cluster: Cluster,
  pid: number,
  onProgress: (line: string) => void,
): Promise<RunningServer | undefined> {
  const began = Date.now();
  let told = began;
  while (await isServing(pid, cluster.directory)) {
    const postmaster = await readPostmaster(cluster.directory);
    if (postmaster?.pid === pid && postmaster.status === 'ready') {
      const owner = await logIn(cluster, postmaster.port, answerTimeoutMs);
      return owner && { port: postmaster.port, owner, adopted: false };
    }
    if (postmaster?.pid === pid && postmaster.status === 'stopping') return undefined;
    if (Date.now() - told > progressEveryMs) {
      told = Date.now();
      onProgress(`PostgreSQL is recovering from a crash (${Math.round((told - began) / 1000)} s so far)`);
    }
    await sleep(pollMs);
  }
  return undefined;
}

/**
 * Takes over a server that a killed process left running, or ends it when it doesn't answer us.
 * @returns undefined when none is left
 */
async function adopt(
  cluster: Cluster,
  onProgress: (line: string) => void,
): Promise<RunningServer | undefined> {
  const postmaster = await readPostmaster(cluster.directory);
  if (!postmaster) return undefined;
  if (await isServing(postmaster.pid, cluster.directory)) {
    const running = await awaitAnswer(cluster, postmaster.pid, onProgress);
    if (running) return { ...running, adopted: true };
    onProgress('Ending a PostgreSQL that was left behind and does not answer');
    await endServer(postmaster.pid, cluster.directory);
  }
  await rm(join(cluster.directory, 'postmaster.pid'), { force: true });
  return undefined;
}

async function writeSettings(cluster: Cluster, port: number, o: ServerOptions): Promise<void> {
  const path = join(cluster.directory, 'postgresql.conf');
  const { unsafeNoSync, maxConnections } = o;
  const settings = renderSettings({
    port,
    socketFolder: socketFolder(cluster),
    unsafeNoSync,
    maxConnections,
  });
  await writeFile(path, settings, { mode: 0o600 });
  if (cluster.user) await chown(path, cluster.user.uid, cluster.user.gid);
}

/** What the server says before its own log opens, and why it could not start. */
function bootLog(cluster: Cluster): string {
  return join(cluster.dataDir, 'postgres-start.log');
}

/** Detached: Ctrl-C reaches a whole process group, and the server must outlive the draining of this process. */
function spawnServer(cluster: Cluster, binaries: Binaries): Promise<number> {
  const log = openSync(bootLog(cluster), 'w', 0o600);
  const child = spawn(binaries.postgres, ['-D', cluster.directory], {
    detached: true,
    stdio: ['ignore', log, log],
    cwd: '/',
    env: serverEnvironment(),
    ...spawnAs(cluster.user),
  });
  closeSync(log);
  child.unref();
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
}

async function lastLines(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-5);
}

/** The newest lines that say FATAL, else the last one. */
async function whyItEnded(cluster: Cluster): Promise<string> {
  const folder = join(cluster.directory, 'log');
  const names = await readdir(folder).catch(() => []);
  const logs = await Promise.all(
    names.map(async (name) => ({ path: join(folder, name), time: (await stat(join(folder, name))).mtimeMs })),
  );
  const newest = logs.sort((a, b) => b.time - a.time)[0];
  const lines = [...(await lastLines(bootLog(cluster))), ...(newest ? await lastLines(newest.path) : [])];
  return lines.filter((line) => line.includes('FATAL')).at(-1) ?? lines.at(-1) ?? '';
}

/**
 * A server that finds the lock file of a dead one on its socket refuses to start while that pid takes signals, as it does
 * until the dead one is reaped, or as another process of the same user. That none lives here is known by now.
 */
async function removeSocketLock(cluster: Cluster, port: number): Promise<void> {
  const folder = socketFolder(cluster);
  if (folder) await rm(join(folder, `.s.PGSQL.${port}.lock`), { force: true });
}

async function tryStart(
  cluster: Cluster,
  port: number,
  o: ServerOptions,
): Promise<RunningServer | undefined> {
  await removeSocketLock(cluster, port);
  await writeSettings(cluster, port, o);
  const pid = await spawnServer(cluster, o.binaries);
  // The child has entered its data directory, by which it is known, shortly after it was spawned.
  for (let waited = 0; waited < 500 && !(await isServing(pid, cluster.directory)); waited += 5)
    await sleep(5);
  const running = await awaitAnswer(cluster, pid, o.onProgress);
  if (!running) await endServer(pid, cluster.directory);
  return running;
}

async function choosePort(cluster: Cluster, keepPort: boolean): Promise<number | undefined> {
  const port = await freePort(cluster.port);
  return port ?? (keepPort ? undefined : anyPort());
}

/** @returns how often a start is worth trying */
async function awaitLeftovers(directory: string): Promise<number> {
  const end = Date.now() + leftoversMs;
  for (;;) {
    const left = await hasLeftovers(directory);
    if (left === undefined) return tries.unseen;
    if (!left || Date.now() > end) return tries.seen;
    await sleep(leftoversPollMs);
  }
}

/** Starts a server where none runs. */
async function start(cluster: Cluster, o: ServerOptions): Promise<RunningServer> {
  for (let left = await awaitLeftovers(cluster.directory); left > 0; left--) {
    const port = await choosePort(cluster, o.keepPort);
    const running = port === undefined ? undefined : await tryStart(cluster, port, o);
    if (running) {
      await rememberPort(cluster, running.port);
      return running;
    }
    await sleep(retryPauseMs);
  }
  const reason = `the embedded PostgreSQL does not start: ${await whyItEnded(cluster)} (logs: ${bootLog(cluster)} and ${join(cluster.directory, 'log')})`;
  throw new AppError('CONFIG_INVALID', { reason });
}

/**
 * Makes sure that the cluster's server runs and answers.
 * @throws AppError CONFIG_INVALID with the server's own words when it can't be started
 */
export async function ensureServer(cluster: Cluster, o: ServerOptions): Promise<RunningServer> {
  return (await adopt(cluster, o.onProgress)) ?? start(cluster, o);
}
