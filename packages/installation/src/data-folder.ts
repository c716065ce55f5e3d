import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@omnigate/errors';
import { parseEncryptionKey } from '@omnigate/service-process';

const lockWaitMs = 35_000;
const lookEveryMs = 100;

/** When a process began, in the kernel's ticks; tells a process from a later one with the same number. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

/** Whether a process runs; one of another user counts as running. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const markOf = (pid: number): string => `${pid} ${startOf(pid)}`;

function holderOf(path: string): number | undefined {
  try {
    const mark = readFileSync(path, 'utf8');
    const pid = Number.parseInt(mark, 10);
    return pid > 0 && pid !== process.pid && runs(pid) && mark === markOf(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function tryLock(path: string): boolean {
  try {
    writeFileSync(path, markOf(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Makes the data folder this process's alone. A process that is just stopping is waited for; what a killed one left is
 * taken over.
 *
 * @param folder path of the data folder; made if missing.
 * @param onWait called once when another process holds it.
 * @returns gives it up.
 * @throws AppError CONFIG_INVALID when another process holds it for longer than a stop takes.
 */
export async function lockDataFolder(folder: string, onWait: (pid: number) => void): Promise<() => void> {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  const path = join(folder, 'omnigate.pid');
  const until = Date.now() + lockWaitMs;
  for (let told = false; ; told = true) {
    const holder = holderOf(path);
    if (holder === undefined) rmSync(path, { force: true });
    if (holder === undefined && tryLock(path)) return () => rmSync(path, { force: true });
    if (holder !== undefined && !told) onWait(holder);
    if (Date.now() > until) {
      const reason = `process ${holder ?? '?'} uses the data folder; stop it, or set OMNIGATE_DATA_DIR to another`;
      throw new AppError('CONFIG_INVALID', { reason });
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/**
 * Writes a file that only its owner may read.
 *
 * @param path where.
 * @param text what.
 */
export function writeSecretFile(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600);
}

/**
 * The key that encrypts channel secrets: the one given, or one that the data folder keeps.
 *
 * @param folder path of the data folder.
 * @param given OMNIGATE_ENCRYPTION_KEY; undefined to use the folder's.
 * @returns 32 bytes.
 * @throws AppError CONFIG_INVALID when the folder's key has another length.
 */
export function encryptionKey(folder: string, given: Buffer | undefined): Buffer {
  if (given !== undefined) return given;
  const path = join(folder, 'encryption.key');
  if (!existsSync(path)) {
    const made = randomBytes(32);
    writeSecretFile(path, made.toString('base64'));
    return made;
  }
  const kept = parseEncryptionKey(readFileSync(path, 'utf8').trim());
  if (kept !== undefined) return kept;
  throw new AppError('CONFIG_INVALID', { reason: `${path} does not hold 32 bytes, base64 or hexadecimal` });
}

/**
 * The key by which the services of the installation know each other: the one given, or one that the data folder keeps.
 *
 * @param folder path of the data folder.
 * @param given OMNIGATE_SERVICE_KEY; undefined to use the folder's.
 * @returns the key.
 */
export function serviceKey(folder: string, given: string | undefined): string {
  if (given !== undefined) return given;
  const path = join(folder, 'service.key');
  if (!existsSync(path)) writeSecretFile(path, `ogs_${randomBytes(32).toString('base64url')}`);
  return readFileSync(path, 'utf8').trim();
}
