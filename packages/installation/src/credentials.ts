import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeSecretFile } from './data-folder';

/** What the CLI finds the server by. */
export interface Credentials {
  grpc_address: string;
  api_key: string;
  http_url: string;
}

/**
 * Path of the file that tells the CLI where the server is and the key to it.
 *
 * @param folder path of the data folder.
 * @returns the file's path.
 */
export const credentialsPath = (folder: string): string => join(folder, 'credentials.json');

/**
 * The owner's key: the one given, the one that the folder keeps, or a new one.
 *
 * @param folder path of the data folder.
 * @param given OMNIGATE_ADMIN_KEY.
 * @returns the key.
 */
export function ownerKey(folder: string, given: string | undefined): string {
  if (given !== undefined) return given;
  const path = credentialsPath(folder);
  if (existsSync(path)) {
    const kept = (JSON.parse(readFileSync(path, 'utf8')) as Partial<Credentials>).api_key;
    if (kept) return kept;
  }
  const key = `ogk_${randomBytes(32).toString('base64url')}`;
  // Kept before the database learns of it, so that no key is in force that nobody knows.
  writeCredentials(folder, { grpc_address: '', api_key: key, http_url: '' });
  return key;
}

/**
 * Writes credentials.json, readable by its owner alone.
 *
 * @param folder path of the data folder.
 * @param credentials what it holds.
 */
export function writeCredentials(folder: string, credentials: Credentials): void {
  writeSecretFile(credentialsPath(folder), `${JSON.stringify(credentials, null, 2)}\n`);
}
