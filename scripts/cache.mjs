import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder for what is fetched or built once and used by every clone; outside the working tree.
 * @param {string} name of the thing with its version
 */
export const cacheFolder = (name) =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'omnigate', name);

/**
 * Makes a folder for some work, and removes it afterwards.
 * @template T
 * @param {string} name what the folder's path begins with
 * @param {(folder: string) => Promise<T>} work
 */
export async function inScratchFolder(name, work) {
  const parent = cacheFolder('scratch');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, `${name}-`));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
