import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './toolchain.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const onPath = (name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(executable);

const installed = () => names.map(onPath).find(Boolean);

/** Without a Chinese font every Chinese glyph is a box, and the screenshots prove nothing. */
const hasChineseFont = () =>
  spawnSync('fc-list', [':lang=zh'], { encoding: 'utf8' }).stdout?.trim().length > 0;

async function installFromDebian() {
  console.log('Installing Chromium and a Chinese font from Debian …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-qq', '-o', 'Dpkg::Use-Pty=0'];
  await run('apt-get', [...options, 'update'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const packages = ['chromium', 'fonts-noto-cjk', 'fontconfig'];
  await run('apt-get', [...options, 'install', '-y', '--no-install-recommends', ...packages], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/**
 * Finds Chromium, or installs it where that is possible, and tells the tests by CHROMIUM_PATH.
 * @returns {Promise<boolean>} whether the browser tests can run; if not, it has said what to do
 */
export async function findBrowser() {
  const given = process.env.CHROMIUM_PATH;
  if (given && executable(given)) return true;
  if (given) {
    console.error(`FAIL browser: CHROMIUM_PATH=${given} is no executable file`);
    return false;
  }
  const canInstall = process.getuid?.() === 0 && onPath('apt-get') !== undefined;
  if (canInstall && !(installed() && hasChineseFont())) await installFromDebian();
  const found = installed();
  if (!found) {
    console.error(
      'FAIL browser: install Chromium (Debian: `apt-get install chromium fonts-noto-cjk`) or set CHROMIUM_PATH',
    );
    return false;
  }
  process.env.CHROMIUM_PATH = found;
  return true;
}
