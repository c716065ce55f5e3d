import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, inScratchFolder } from './cache.mjs';
import { canInstall, installFromDebian, onPath } from './debian.mjs';
import { run } from './toolchain.mjs';

const packages = ['grpcio==1.85.3', 'grpcio-reflection==1.85.1'];
const hasPip = () => spawnSync('python3', ['-m', 'pip', '--version'], { stdio: 'ignore' }).status === 0;

/**
 * Makes sure that the outside client of the tests finds gRPC for Python, and tells it by PYTHONPATH.
 * @returns {Promise<boolean>} whether it can run; if not, it has said what to do
 */
export async function findPythonGrpc() {
  if (!hasPip() && canInstall()) {
    console.log('Installing Python and pip from Debian …');
    await installFromDebian(['python3', 'python3-pip']);
  }
  if (!onPath('python3') || !hasPip()) {
    console.error('FAIL outside client: install Python 3 with pip (Debian: `apt-get install python3-pip`)');
    return false;
  }
  const folder = cacheFolder(`python-grpc-${packages.join('-')}`);
  if (!existsSync(folder) && !(await install(folder))) {
    console.error(`FAIL outside client: pip could not install ${packages.join(' ')}`);
    return false;
  }
  process.env.PYTHONPATH = folder;
  return true;
}

// Moved into its place when it is whole.
function install(folder) {
  console.log('Installing gRPC for Python …');
  return inScratchFolder('python-grpc', async (scratch) => {
    const target = join(scratch, 'lib');
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', target];
    const stdio = ['ignore', 'ignore', 'inherit'];
    if ((await run('python3', [...args, ...packages], { stdio })) !== 0) return false;
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(target, folder);
    return true;
  });
}
