/// <reference lib="dom" />
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LaunchedOmnigate, launchOmnigate, samplePng } from '@omnigate/testkit';
import type { Browser, Locator, Page } from 'playwright-core';
import { eventually } from '../journeys/eventually';
import { openBrowser, openPage } from './browser';

// Kept for people to look at; the folder is printed.
const screenshots = mkdtempSync(join(tmpdir(), 'omnigate-screenshots-'));
const desktop = { viewport: { width: 1360, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const png = (name: string, grey: number) => ({
  name,
  mimeType: 'image/png',
  buffer: samplePng({ width: 320, height: 240, grey }),
});

let omnigate: LaunchedOmnigate;
let browser: Browser;

beforeAll(async () => {
  [omnigate, browser] = await Promise.all([launchOmnigate(), openBrowser()]);
  process.stdout.write(`Screenshots: ${screenshots}\n`);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await omnigate?.close();
}, 60_000);

const wechat = (page: Page): Locator => page.locator('[data-view=wechat]');
const worker = (page: Page): Locator => page.locator('[data-view=worker]');
const report = (page: Page): Locator => page.locator('[data-view=report]');
const figure = (page: Page, name: string): Locator => report(page).locator(`[data-figure=${name}] b`);
const answers = (page: Page): Locator => wechat(page).locator('.wx-theirs .wx-bubble');

/** Does something on the customer's telephone. @returns the next bubbles that it shows, once one of them fits */
async function answerTo(page: Page, act: () => Promise<unknown>, fits: RegExp): Promise<string> {
  const before = await answers(page).count();
  await act();
  return eventually(
    async () => (await answers(page).allTextContents()).slice(before).find((text) => fits.test(text)),
    { what: `an answer like ${fits}`, timeoutMs: 30_000 },
  );
}

async function write(page: Page, text: string, fits: RegExp): Promise<string> {
  const field = wechat(page).getByRole('textbox');
  return answerTo(
    page,
    async () => {
      await field.fill(text);
      await field.press('Enter');
    },
    fits,
  );
}

const numberOf = (menu: string, label: string): string =>
  new RegExp(String.raw`^(\d+)\. ${label}$`, 'm').exec(menu)?.[1] ?? '';

/** Opens the page with the web chat closed, which lies above the rest. */
async function openDay(size: typeof desktop | typeof phone, language: 'zh' | 'en') {
  const opened = await openPage(browser, { ...size, locale: language === 'zh' ? 'zh-CN' : 'en-US' });
  const { page } = opened;
  await page.goto(`${omnigate.httpUrl}/demo?lang=${language}`);
  if (size === desktop) {
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
  }
  await wechat(page).scrollIntoViewIfNeeded();
  return opened;
}

const shoot = (page: Page, name: string) => page.screenshot({ path: join(screenshots, `${name}.png`) });
async function shootAll(page: Page, name: string): Promise<void> {
  await wechat(page).scrollIntoViewIfNeeded();
  await shoot(page, `${name}-phones`);
  await page.screenshot({ path: join(screenshots, `${name}-whole.png`), fullPage: true });
}

async function expectNothingWider(page: Page): Promise<void> {
  const { scroll, width, sideways } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
    sideways: [...document.querySelectorAll('.phone, .phone *, .report, .report *')]
      .filter((element) => element.clientWidth > 0 && !element.matches('input,textarea,.unseen'))
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map((element) => element.outerHTML.slice(0, 120)),
  }));
  expect(scroll).toBeLessThanOrEqual(width);
  expect(sideways).toEqual([]);
}

describe.each([
  ['desktop', 'zh', desktop],
  ['phone', 'en', phone],
] as const)('a whole day on a %s in %s', (name, language, size) => {
  const texts = {
    zh: {
      question: '物业费怎么交？',
      answer: /三种交法/,
      offer: /需要/,
      repair: '报修',
      building: /几号楼/,
      room: /房号/,
      problem: /故障/,
      leak: '厨房水管漏水',
      made: /已登记，编号 (\d+)/,
      accept: '接单',
      result: '处理结果',
      done: '完成',
      accepted: /师傅/,
      completed: /已处理完成/,
      thanks: /谢谢|感谢/,
    },
    en: {
      question: 'When will my order ship?',
      answer: /[a-z]{3}/,
      offer: /picture/i,
      repair: 'Repair',
      building: /Which building/,
      room: /room/i,
      problem: /wrong/,
      leak: 'The tap in my kitchen is leaking',
      made: /number (\d+)/i,
      accept: 'Accept',
      result: 'What was done',
      done: 'Done',
      accepted: /Li/,
      completed: /done|complete/i,
      thanks: /thank/i,
    },
  }[language];

  test('WeChat is answered, a picture becomes a repair, the worker finishes it, the customer rates it, the report counts it', async () => {
    const { page, context, complaints } = await openDay(size, language);
    const rated = Number.parseFloat((await figure(page, 'tickets').textContent()) ?? '0');
    expect(await write(page, texts.question, texts.answer)).toMatch(texts.answer);

    const menu = await answerTo(
      page,
      () => wechat(page).locator('input[type=file]').setInputFiles(png('leak.png', 90)),
      texts.offer,
    );
    await wechat(page).locator('.wx-mine img').waitFor();
    await write(page, numberOf(menu, texts.repair), texts.building);
    await shootAll(page, `${name}-${language}-asked`);
    await write(page, '3', texts.room);
    await write(page, '1201', texts.problem);
    const made = await write(page, texts.leak, texts.made);
    const number = texts.made.exec(made)?.[1] ?? '';

    const card = worker(page).locator(`[data-ticket="${number}"]`);
    await card.waitFor();
    expect(await card.textContent()).toContain('1201');
    // The picture is there, and the policy lets it be seen.
    await eventually(() =>
      card.locator('img').evaluate((image) => (image as HTMLImageElement).naturalWidth > 0),
    );
    await answerTo(page, () => card.getByRole('button', { name: texts.accept }).click(), texts.accepted);

    // Looking again and again must not take what is being written.
    const result = card.getByRole('textbox', { name: texts.result });
    await result.click();
    await page.keyboard.type('new joint', { delay: 400 });
    expect(await result.inputValue()).toBe('new joint');
    expect(await result.evaluate((element) => element === document.activeElement)).toBe(true);
    await card.locator('input[type=file]').setInputFiles(png('done.png', 200));
    await card.locator('.work-added').filter({ hasText: '1' }).waitFor();
    await shootAll(page, `${name}-${language}-finishing`);
    const finished = await answerTo(
      page,
      () => card.getByRole('button', { name: texts.done, exact: true }).click(),
      texts.completed,
    );
    expect(finished).toContain('new joint');
    await write(page, '5', texts.thanks);
    await card.getByRole('img', { name: /5/ }).waitFor();

    await eventually(async () => Number(await figure(page, 'tickets').textContent()) > rated, {
      what: 'the ticket in the report',
    });
    await eventually(async () => (await figure(page, 'rating').textContent()) === '5.0', {
      what: 'the rating in the report',
    });
    await expectNothingWider(page);
    await shootAll(page, `${name}-${language}-rated`);
    expect(complaints).toEqual([]);
    await context.close();
  }, 180_000);
});
