import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { AppError } from '@omnigate/errors';
import { errorCode } from '../failure';
import { type Binaries, sharedFolder } from './binaries';
import { canEnter, findServerUser, isRoot, type ServerUser, spawnAs } from './server-user';

const run = promisify(execFile);

/** The superuser and the database of an embedded server. */
export const clusterName = 'omnigate';

const majorVersion = '18';
const recordFile = 'postgres.json';

/** What must be known to find the data again and to log in; kept in `dataDir`, mode 0600. */
interface ClusterRecord {
  /** Relative to `dataDir`, or absolute where the server's user can't enter it. */
  data_directory: string;
  port: number;
  password: string;
}

/** A database cluster on disk. */
export interface Cluster {
  /** The folder that the caller named. */
  dataDir: string;
  /** PostgreSQL's own folder (PGDATA). */
  directory: string;
  port: number;
  password: string;
  user: ServerUser | undefined;
}

async function readRecord(dataDir: string): Promise<ClusterRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(dataDir, recordFile), 'utf8')) as ClusterRecord;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new AppError(
      'CONFIG_INVALID',
      { reason: `${join(dataDir, recordFile)} can't be read` },
      { cause: error },
    );
  }
}

/** Written beside and renamed, so that it is never half there. */
async function writeRecord(dataDir: string, record: ClusterRecord): Promise<void> {
  const path = join(dataDir, recordFile);
  await writeFile(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

async function ownerOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.uid;
}

async function chooseUser(directory: string): Promise<ServerUser | undefined> {
  if (!isRoot()) return undefined;
  const user = findServerUser(await ownerOf(directory));
  if (user) return user;
  const reason =
    'PostgreSQL does not run as root and there is no user "postgres" or "nobody"; start as another user, or set DATABASE_URL';
  throw new AppError('CONFIG_INVALID', { reason });
}

/** `dataDir` itself, or a folder below /var/lib/omnigate where the server's user can't enter it. */
async function chooseDirectory(dataDir: string): Promise<string> {
  const user = await chooseUser(dataDir);
  if (!user || (await canEnter(user, dataDir))) return 'postgres';
  const byPath = join(sharedFolder, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
  // Data whose `dataDir` was removed: whoever did that wants to begin anew, but it isn't ours to delete.
  const folder = hasData(join(byPath, 'postgres')) ? `${byPath}-${randomBytes(4).toString('hex')}` : byPath;
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await chmod(sharedFolder, 0o755);
  await chmod(folder, 0o755);
  return join(folder, 'postgres');
}

function hasData(directory: string): boolean {
  return existsSync(join(directory, 'PG_VERSION'));
}

async function initialise(cluster: Cluster, binaries: Binaries, unsafeNoSync: boolean): Promise<void> {
  const fresh = `${cluster.directory}.new`;
  const passwordFile = `${cluster.directory}.password`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await writeFile(passwordFile, cluster.password, { mode: 0o600 });
  if (cluster.user) {
    for (const path of [fresh, passwordFile]) await chown(path, cluster.user.uid, cluster.user.gid);
  }
  const locale = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';
  const options = [
    `--pgdata=${fresh}`,
    `--username=${clusterName}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    `--locale=${locale}`,
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(unsafeNoSync ? ['--no-sync'] : []),
  ];
  try {
    await run(binaries.initdb, options, { cwd: '/', env: serverEnvironment(), ...spawnAs(cluster.user) });
    await rename(fresh, cluster.directory);
  } catch (cause) {
    await rm(fresh, { recursive: true, force: true });
    throw initFailure(cluster, cause);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function initFailure(cluster: Cluster, cause: unknown): AppError {
  const said =
    typeof cause === 'object' && cause && 'stderr' in cause ? String(cause.stderr).trim().split('\n')[0] : '';
  const reason = `the embedded PostgreSQL could not be set up in ${cluster.directory} (${said}); use another OMNIGATE_DATA_DIR, or set DATABASE_URL`;
  return new AppError('CONFIG_INVALID', { reason }, { cause });
}

async function checkVersion(directory: string): Promise<void> {
  const version = (await readFile(join(directory, 'PG_VERSION'), 'utf8')).trim();
  if (version === majorVersion) return;
  const reason = `${directory} holds data of PostgreSQL ${version}, this Omnigate brings ${majorVersion}; dump it with ${version} and load it, or set DATABASE_URL to a server of that version`;
  throw new AppError('CONFIG_INVALID', { reason });
}

/** The environment of the server's programs: none of the caller's PG* variables. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' };
}

function passwordMissing(dataDir: string): AppError {
  const reason = `${join(dataDir, 'postgres')} holds data, but its password is gone with ${join(dataDir, recordFile)}; restore that file, or move the data away to begin anew`;
  return new AppError('CONFIG_INVALID', { reason });
}

/** Remembers another port for the next start. */
export async function rememberPort(cluster: Cluster, port: number): Promise<void> {
  const record = await readRecord(cluster.dataDir);
  if (!record || record.port === port) return;
  await writeRecord(cluster.dataDir, { ...record, port });
}

/**
 * Finds the cluster of a data folder.
 * @param dataDir made if missing
 * @param port for a cluster that is new
 * @returns the cluster, whose PGDATA may not be there yet
 */
export async function locateCluster(dataDir: string, port: () => Promise<number>): Promise<Cluster> {
  const absolute = resolve(dataDir);
  await mkdir(absolute, { recursive: true, mode: isRoot() ? 0o755 : 0o700 });
  let record = await readRecord(absolute);
  if (!record) {
    if (hasData(join(absolute, 'postgres'))) throw passwordMissing(absolute);
    const password = randomBytes(24).toString('base64url');
    record = { data_directory: await chooseDirectory(absolute), port: await port(), password };
    await writeRecord(absolute, record);
  }
  const directory = resolve(absolute, record.data_directory);
  return {
    dataDir: absolute,
    directory,
    port: record.port,
    password: record.password,
    user: await chooseUser(directory),
  };
}

/**
 * Makes PGDATA unless it is there. A killed set-up leaves nothing that a later one takes for whole.
 * @throws AppError CONFIG_INVALID when it can't be made, or is another major version's
 */
export async function ensureCluster(
  cluster: Cluster,
  binaries: Binaries,
  o: { unsafeNoSync: boolean; onProgress: (line: string) => void },
): Promise<void> {
  if (hasData(cluster.directory)) return checkVersion(cluster.directory);
  o.onProgress(`Setting up PostgreSQL ${majorVersion} in ${cluster.directory}`);
  await mkdir(dirname(cluster.directory), { recursive: true });
  await initialise(cluster, binaries, o.unsafeNoSync);
}
