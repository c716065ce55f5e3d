import { spawnSync } from 'node:child_process';
import { canInstall, executable, installFromDebian, onPath } from './debian.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const installed = () => names.map(onPath).find(Boolean);

/** Without a Chinese font every Chinese glyph is a box, and the screenshots prove nothing. */
const hasChineseFont = () =>
  spawnSync('fc-list', [':lang=zh'], { encoding: 'utf8' }).stdout?.trim().length > 0;

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
  if (canInstall() && !(installed() && hasChineseFont())) {
    console.log('Installing Chromium and a Chinese font from Debian …');
    await installFromDebian(['chromium', 'fonts-noto-cjk', 'fontconfig']);
  }
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
