import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Opens a real browser: CHROMIUM_PATH, which `npm test` sets, else Debian's.
 *
 * @returns the browser, with a profile of its own.
 * @throws Error that says what to install.
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  if (!existsSync(executablePath))
    throw new Error('no Chromium: `apt-get install chromium fonts-noto-cjk`, or set CHROMIUM_PATH');
  return chromium.launch({ executablePath, headless: true, args: flags });
}

/** A page with all that it complained of. */
export interface WatchedPage {
  page: Page;
  context: BrowserContext;
  /** Errors and refusals of the policy, but for connections that failed. */
  complaints: string[];
}

/**
 * Opens a page and keeps what its console says.
 *
 * @param browser an open browser.
 * @param options size, language and the like.
 */
export async function openPage(browser: Browser, options: BrowserContextOptions): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/ERR_INTERNET_DISCONNECTED|WebSocket/.test(message.text()))
      complaints.push(message.text());
  });
  return { page, context, complaints };
}
