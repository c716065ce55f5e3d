// Installs and builds when something changed since the last time, and is quick when nothing did.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bin, pnpmVersion, root, run, toolEnvironment } from './toolchain.mjs';

const installedMark = join(root, 'node_modules', '.omnigate-installed');
const builtMark = join(root, 'node_modules', '.omnigate-built');
const skipped = new Set(['node_modules', 'dist', 'gen', '.turbo', 'fixtures']);

/** The folders of all workspace packages, relative to the repository. */
export function packageFolders() {
  const below = (parent) => readdirSync(join(root, parent)).map((name) => join(parent, name));
  return [...below('packages'), ...below('services'), 'tests'].filter((folder) =>
    existsSync(join(root, folder, 'package.json')),
  );
}

function installStamp() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  const manifests = packageFolders().map((folder) => join(folder, 'package.json'));
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function* sourceFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name)) yield* sourceFiles(path);
    } else if (!/\.test\.ts$|\.md$/.test(entry.name)) {
      yield path;
    }
  }
}

function buildStamp(folders) {
  const hash = createHash('sha256').update(readFileSync(installedMark));
  for (const folder of ['proto', ...folders]) {
    for (const path of sourceFiles(join(root, folder))) {
      const { size, mtimeMs } = statSync(path);
      hash.update(`${relative(root, path)} ${size} ${mtimeMs}\n`);
    }
  }
  for (const file of ['tsconfig.base.json', 'turbo.json', join('scripts', 'generate-contracts.mjs')]) {
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

const holds = (mark, stamp) => existsSync(mark) && readFileSync(mark, 'utf8') === stamp;

/**
 * Installs the workspace's packages if the lockfile or a manifest changed.
 * @returns {Promise<boolean>} whether they are there
 */
export async function ensureInstalled() {
  const stamp = installStamp();
  if (holds(installedMark, stamp) && existsSync(bin('node'))) return true;
  console.log('Installing packages (the first time takes about a minute) … 正在安装依赖');
  const env = toolEnvironment({ CI: '1' });
  const args = ['--yes', `pnpm@${pnpmVersion}`, 'install', '--frozen-lockfile', '--reporter=append-only'];
  if ((await run('npx', args, { env })) !== 0) {
    console.error(
      'Installing failed: see the lines above. A package registry must be reachable; after a change of',
    );
    console.error(
      `a package.json run \`npx pnpm@${pnpmVersion} install\` once, which rewrites pnpm-lock.yaml.`,
    );
    return false;
  }
  if (!existsSync(bin('node'))) {
    console.error('Node 24 is missing after the install: its install script failed, see the lines above.');
    return false;
  }
  writeFileSync(installedMark, stamp);
  return true;
}

/**
 * Generates the contracts' TypeScript, without which nothing can be type-checked, if a build has not done so yet.
 * @returns {Promise<boolean>} whether it is there
 */
export async function ensureGenerated() {
  if (existsSync(join(root, 'packages', 'contracts', 'src', 'gen'))) return true;
  return (await run(bin('turbo'), ['run', 'generate', '--output-logs=errors-only'])) === 0;
}

/** What a command runs, by the folders that it does not need and turbo's filters. */
const scopes = {
  standalone: {
    needless: /^tests$|testkit$/,
    filters: ['--filter=@omnigate/standalone...', '--filter=omnigate...'],
  },
  cluster: { needless: /^tests$/, filters: ['--filter=./packages/*', '--filter=./services/*'] },
  everything: { needless: /^$/, filters: [] },
};

/**
 * Builds the packages if a source changed.
 * @param {keyof typeof scopes} [scope] what is to run; `everything` has the load generator too
 * @returns {Promise<boolean>} whether the build is up to date
 */
export async function ensureBuilt(scope = 'standalone') {
  const { needless, filters } = scopes[scope];
  const folders = packageFolders().filter((folder) => !needless.test(folder));
  const mark = `${builtMark}-${scope}`;
  const stamp = buildStamp(folders);
  if (holds(mark, stamp) && folders.every((folder) => existsSync(join(root, folder, 'dist')))) return true;
  console.log('Building … 正在构建');
  const code = await run(bin('turbo'), [
    'run',
    'build',
    '--output-logs=errors-only',
    '--continue=dependencies-successful',
    ...filters,
  ]);
  if (code === 0) writeFileSync(mark, stamp);
  else console.error('The build failed: see the lines above.');
  return code === 0;
}
