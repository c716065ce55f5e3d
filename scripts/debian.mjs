import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './toolchain.mjs';

/** Debian keeps servers where the PATH of users does not look. */
const serverFolders = ['/usr/sbin', '/usr/local/sbin'];

/** Whether a path may be executed. */
export function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a command, if there is one. */
export const onPath = (name) =>
  [...(process.env.PATH ?? '').split(delimiter), ...serverFolders]
    .map((folder) => join(folder, name))
    .find(executable);

/** Whether `installFromDebian` can work here. */
export const canInstall = () => process.getuid?.() === 0 && onPath('apt-get') !== undefined;

/**
 * Installs packages of Debian, quietly; whoever calls says what it is doing and looks whether they are there after it.
 * @param {string[]} packages
 */
export async function installFromDebian(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-qq', '-o', 'Dpkg::Use-Pty=0'];
  const stdio = ['ignore', 'ignore', 'inherit'];
  await run('apt-get', [...options, 'update'], { env, stdio });
  await run('apt-get', [...options, 'install', '-y', '--no-install-recommends', ...packages], { env, stdio });
}

/**
 * Finds a command, or installs it where that is possible.
 * @param {string} command
 * @param {string} packageName Debian's name of what brings it
 * @returns {Promise<string | undefined>} its path; undefined after having said what to install
 */
export async function ensureCommand(command, packageName) {
  if (!onPath(command) && canInstall()) {
    console.log(`Installing ${packageName} from Debian …`);
    await installFromDebian([packageName]);
  }
  const found = onPath(command);
  if (!found) console.error(`${command} is missing: install it (Debian: apt-get install ${packageName})`);
  return found;
}
