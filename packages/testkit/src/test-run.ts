import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Jest's workers are forked by the process that is the test run; with --runInBand there are none. */
function testRunPid(): number {
  return /jest-worker/.test(process.argv[1] ?? '') ? process.ppid : process.pid;
}

/** Tells a process from a later one with the same pid: its start time in clock ticks, where the system says so. */
function startTicks(pid: number): string {
  const path = `/proc/${pid}/stat`;
  return existsSync(path) ? (readFileSync(path, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? '0') : '0';
}

/**
 * A folder that belongs to this test run and to no other; all its workers get the same.
 * As root a server may run as another user, who must be able to enter the folder.
 * @param kind what it holds, such as `postgres`
 */
export function testRunFolder(kind: string): string {
  const base = process.getuid?.() === 0 ? '/tmp' : tmpdir();
  const pid = testRunPid();
  return join(base, `omnigate-${kind}-${pid}-${startTicks(pid)}`);
}

/**
 * Makes a folder of the test run.
 * @returns whether it was this process that made it: then it starts what the others wait for
 */
export async function claimFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o711 });
    await chmod(folder, 0o711);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Starts a shell that outlives the test run, however that ends, and clears up behind it.
 * @param script sees the run's pid as $1 and the folder as $2
 */
export function startWatchdog(script: string, folder: string): void {
  const args = ['-c', script, 'sh', String(testRunPid()), folder];
  spawn('/bin/sh', args, { detached: true, stdio: 'ignore', cwd: '/' }).unref();
}

const announcementFile = 'server.json';

/** What a server of the run says of itself, or why it did not start. */
export type Announcement<Server> = Server | { error: string };

/** Tells the other workers of the run how to reach what was started. */
export async function announce<Server>(folder: string, content: Announcement<Server>): Promise<void> {
  const path = join(folder, announcementFile);
  await writeFile(`${path}.new`, JSON.stringify(content), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/**
 * Waits for an announcement.
 * @param what named in the error, such as `The test database`
 * @throws Error when the server did not start, or not in time
 */
export async function awaitAnnouncement<Server extends object>(
  folder: string,
  what: string,
  timeoutMs: number,
): Promise<Server> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(25)) {
    const text = await readFile(join(folder, announcementFile), 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    const content = JSON.parse(text) as Announcement<Server>;
    if ('error' in content) throw new Error(`${what} did not start: ${content.error}`);
    return content;
  }
  throw new Error(`${what} did not start in time`);
}
