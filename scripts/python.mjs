import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, inScratchFolder } from './cache.mjs';
import { canInstall, installFromDebian, onPath } from './debian.mjs';
import { run } from './toolchain.mjs';

const grpcPackages = ['grpcio==1.85.3', 'grpcio-reflection==1.85.1'];
const hasPip = () => spawnSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' }).status === 0;

/**
 * Finds packages of Python's, fetched once and kept outside the working tree; programs that they bring are in `bin`.
 * @param {string[]} packages with their versions: `name==1.2.3`
 * @returns {Promise<string | undefined>} the folder; undefined after having said what to do
 */
export async function findPythonPackages(packages) {
  const folder = cacheFolder(`python-${packages.join('-')}`);
  if (existsSync(folder)) return folder;
  if (!hasPip() && canInstall()) {
    console.log('Installing Python and pip from Debian …');
    await installFromDebian(['python3', 'python3-pip']);
  }
  if (!onPath('python3') || !hasPip()) {
    console.error('FAIL install Python 3.11 or newer with pip (Debian: `apt-get install python3-pip`)');
    return undefined;
  }
  console.log(`Installing ${packages.join(', ')} …`);
  if (await install(folder, packages)) return folder;
  console.error(`FAIL pip could not install ${packages.join(', ')}`);
  return undefined;
}

// Moved into its place when it is whole.
function install(folder, packages) {
  return inScratchFolder('python', async (scratch) => {
    const target = join(scratch, 'lib');
    const quiet = ['--quiet', '--disable-pip-version-check', '--root-user-action=ignore'];
    const args = ['-m', 'pip', 'install', ...quiet, '--target', target, ...packages];
    if ((await run('python3', args, { stdio: ['ignore', 'ignore', 'inherit'] })) !== 0) return false;
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(target, folder);
    return true;
  });
}

/** Makes sure that the outside client of the tests finds gRPC for Python, and tells it by PYTHONPATH. */
export async function findPythonGrpc() {
  const folder = await findPythonPackages(grpcPackages);
  if (folder) process.env.PYTHONPATH = folder;
}
