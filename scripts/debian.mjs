// Programs that tests and checks need and Debian has.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './toolchain.mjs';

/** Debian keeps servers where the PATH of users does not look. */
const otherFolders = ['/usr/sbin', '/usr/local/sbin'];

/** Whether a file is there that this user may run. */
export function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @returns the path of a command; undefined when it is not installed */
export const findCommand = (name) =>
  [...(process.env.PATH ?? '').split(delimiter), ...otherFolders]
    .map((folder) => join(folder, name))
    .find(executable);

/** Whether packages can be installed: as root, on Debian and its kin. */
export const canInstall = () => process.getuid?.() === 0 && findCommand('apt-get') !== undefined;

/**
 * Installs packages of Debian. Whether that worked is for the caller to look at.
 * @param {string[]} packages
 */
export async function installFromDebian(packages) {
  console.log(`Installing ${packages.join(', ')} from Debian …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-qq', '-o', 'Dpkg::Use-Pty=0'];
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  await run('apt-get', [...options, 'update'], quiet);
  await run('apt-get', [...options, 'install', '-y', '--no-install-recommends', ...packages], quiet);
}

/**
 * Finds a command, or installs it where that is possible.
 * @param {string} command
 * @param {string} packageName Debian's name of what brings it
 * @returns {Promise<string | undefined>} its path; undefined after having said what to install
 */
export async function ensureCommand(command, packageName) {
  if (!findCommand(command) && canInstall()) await installFromDebian([packageName]);
  const found = findCommand(command);
  if (!found) console.error(`${command} is missing: install it (Debian: apt-get install ${packageName})`);
  return found;
}
