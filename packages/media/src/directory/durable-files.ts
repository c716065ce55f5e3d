import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError } from '@omnigate/errors';

/** A file on its way in: whole and on the disk, but not yet where readers look. */
export interface IncomingFile {
  path: string;
  sizeBytes: number;
  /** Its first bytes. */
  head: Buffer;
}

/** No other user of the machine reads customers' files. */
const fileMode = 0o600;
const folderMode = 0o700;
// What a process that died left behind; a file takes no longer than this to come.
const abandonedMs = 3_600_000;

/**
 * Writes bytes to a new file and to the disk. Nothing is left of it when it fails.
 * @param folder where; made if missing
 * @param o.headBytes so many of the first bytes are given back
 * @throws AppError MEDIA_TOO_LARGE; what the source threw
 */
export async function receiveFile(
  folder: string,
  source: Buffer | Readable,
  o: { maxBytes: number; headBytes: number },
): Promise<IncomingFile> {
  await ensureFolder(folder);
  const path = join(folder, randomUUID());
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, fileMode);
  try {
    const written = await writeAll(file, Buffer.isBuffer(source) ? [source] : source, o);
    await file.sync();
    return { path, ...written };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function writeAll(
  file: FileHandle,
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
  o: { maxBytes: number; headBytes: number },
): Promise<{ sizeBytes: number; head: Buffer }> {
  const head: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    if (sizeBytes + chunk.length > o.maxBytes) {
      throw new AppError('MEDIA_TOO_LARGE', { limit: `${o.maxBytes} bytes` });
    }
    if (sizeBytes < o.headBytes) head.push(chunk.subarray(0, o.headBytes - sizeBytes));
    sizeBytes += chunk.length;
    await file.writeFile(chunk);
  }
  return { sizeBytes, head: Buffer.concat(head) };
}

/** Puts received files where readers look, in this order, and the folder's entries on the disk. */
export async function placeFiles(moves: readonly { from: string; to: string }[]): Promise<void> {
  const folders = new Set(moves.map(({ to }) => dirname(to)));
  for (const folder of folders) await ensureFolder(folder);
  for (const { from, to } of moves) await rename(from, to);
  for (const folder of folders) await syncFolder(folder);
}

/** Makes a folder and those above it; a new one is on the disk when it resolves. */
async function ensureFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: folderMode });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what was being received when a process died. */
export async function removeAbandoned(folder: string): Promise<void> {
  const before = Date.now() - abandonedMs;
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (mtimeMs < before) await rm(path, { force: true });
  }
}
