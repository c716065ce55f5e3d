/// <reference lib="dom" />
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LaunchedOmnigate, launchOmnigate, samplePng } from '@omnigate/testkit';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '../journeys/eventually';
import { openBrowser, openPage } from './browser';
import { answers, answerTo, expectNothingWider, figure, wechat, worker, write } from './day-page';

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
    const tickets = Number.parseFloat((await figure(page, 'tickets').textContent()) ?? '0');
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

    await eventually(async () => Number(await figure(page, 'tickets').textContent()) > tickets, {
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

describe('the telephones', () => {
  const enter = { bubbles: true, cancelable: true, key: 'Enter' };

  test('what is being written stays: beside news, in another language, and while an input method has the keys', async () => {
    const { page, context, complaints } = await openDay(desktop, 'en');
    await write(page, 'The tap in my kitchen is leaking', /Which building/);
    await write(page, '2', /room/);
    const made = await write(page, '2202', /number \d+/);
    const number = /number (\d+)/.exec(made)?.[1] ?? '';
    const card = worker(page).locator(`[data-ticket="${number}"]`);
    await card.getByRole('button', { name: 'Accept' }).click();
    const result = card.getByRole('textbox');
    await result.fill('half a sent');
    const { context: another, page: neighbour } = await openDay(phone, 'zh');
    await write(neighbour, '我要投诉', /哪一方面/);
    await write(neighbour, '1', /具体情况/);
    const theirs = /编号 (\d+)/.exec(await write(neighbour, '楼上太吵', /编号/))?.[1] ?? '';
    await another.close();
    await worker(page).locator(`[data-ticket="${theirs}"]`).waitFor();
    expect(await result.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await result.inputValue()).toBe('half a sent');

    await page.getByRole('button', { name: '中文' }).click();
    expect(await card.getByRole('textbox', { name: '处理结果' }).inputValue()).toBe('half a sent');
    await page.getByRole('button', { name: 'English' }).click();
    const field = wechat(page).getByRole('textbox');
    await field.fill('ni hao');
    await field.dispatchEvent('keydown', { ...enter, isComposing: true });
    await field.dispatchEvent('keydown', { ...enter, keyCode: 229 });
    await field.press('Shift+Enter');
    expect(await field.inputValue()).toBe('ni hao\n');
    await field.fill('');

    await card.getByRole('button', { name: 'Done' }).click();
    await answerTo(page, () => wechat(page).getByRole('button', { name: '4' }).click(), /thank/i);
    await card.getByRole('img', { name: '4 stars' }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  }, 120_000);

  test('long words wrap, what looks like markup stays text, and the chat is at its end', async () => {
    const { page, context, complaints } = await openDay(phone, 'zh');
    const long = `<b>${'ab'.repeat(300)}</b> ${'漏'.repeat(200)}`;
    await answerTo(
      page,
      () =>
        wechat(page)
          .getByRole('textbox')
          .fill(long)
          .then(() => wechat(page).getByRole('button', { name: '发送' }).click()),
      /./,
    );
    expect(await wechat(page).locator('.wx-mine .wx-bubble').textContent()).toBe(long);
    await expectNothingWider(page);
    const list = wechat(page).locator('.wx-list');
    expect(
      await list.evaluate(
        ({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight,
      ),
    ).toBeLessThan(2);
    // Whoever reads further up is left there when the next message comes.
    await list.evaluate((element) => element.scrollTo(0, 0));
    await shootAll(page, 'phone-zh-long');
    expect(complaints).toEqual([]);
    await context.close();
  }, 120_000);

  test('a refused picture says why until the next attempt; what could not be sent is there again', async () => {
    const { page, context } = await openDay(desktop, 'zh');
    const status = wechat(page).getByRole('status');
    await wechat(page)
      .locator('input[type=file]')
      .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: Buffer.from('<svg/>') });
    await status.filter({ hasText: 'JPEG' }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await status.filter({ hasText: 'Please choose a JPEG' }).waitFor();
    await context.setOffline(true);
    await status.filter({ hasText: 'No connection' }).waitFor();
    const field = wechat(page).getByRole('textbox');
    await field.fill('物业费怎么交？');
    await field.press('Enter');
    await eventually(async () => (await field.inputValue()) === '物业费怎么交？', { what: 'the text again' });
    await shoot(page, 'desktop-en-offline');
    await context.setOffline(false);
    await answerTo(page, () => field.press('Enter'), /物业费/);
    await eventually(async () => (await status.textContent()) === '', { what: 'no complaint any more' });
    await context.close();
  }, 120_000);

  test('opened as localhost, pictures are seen and nothing is refused', async () => {
    const { page, context, complaints } = await openPage(browser, { ...desktop, locale: 'zh-CN' });
    await page.goto(`${omnigate.httpUrl.replace('127.0.0.1', 'localhost')}/demo?lang=zh`);
    await wechat(page).locator('input[type=file]').setInputFiles(png('leak.png', 40));
    await answers(page).first().waitFor();
    await eventually(() =>
      wechat(page)
        .locator('.wx-mine img')
        .evaluate((image) => (image as HTMLImageElement).naturalWidth > 0),
    );
    expect(complaints).toEqual([]);
    await context.close();
  }, 120_000);
});
