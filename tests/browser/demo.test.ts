/// <reference lib="dom" />
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConversationServiceService } from '@omnigate/contracts';
import { type LaunchedOmnigate, launchOmnigate } from '@omnigate/testkit';
import type { Browser, Page } from 'playwright-core';
import { v4 as uuid } from 'uuid';
import { eventually } from '../journeys/eventually';
import { openBrowser, openPage } from './browser';
import { expectInStep, mailboxOf, said, say } from './chat-page';

// Kept for people to look at; the folder is printed.
const screenshots = mkdtempSync(join(tmpdir(), 'omnigate-screenshots-'));
const desktop = { viewport: { width: 1360, height: 860 } };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

let omnigate: LaunchedOmnigate;
let browser: Browser;

beforeAll(async () => {
  [omnigate, browser] = await Promise.all([launchOmnigate(), openBrowser()]);
  process.stdout.write(`Screenshots: ${screenshots}\n`);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await omnigate?.close();
}, 60_000);

const shoot = (page: Page, name: string) => page.screenshot({ path: join(screenshots, `${name}.png`) });
const demo = (language: string) => `${omnigate.httpUrl}/demo?lang=${language}`;
async function answerAfter(page: Page, count: number): Promise<string> {
  await said(page, 'bot').nth(count).waitFor();
  return (await said(page, 'bot').nth(count).textContent()) ?? '';
}

test('a desktop page in Chinese: answer, lost connection, resume, reload', async () => {
  const { page, context, complaints } = await openPage(browser, { ...desktop, locale: 'zh-CN' });
  await page.goto(demo('zh'));
  await page.getByRole('dialog', { name: /Omnigate|客服/ }).waitFor();
  await shoot(page, 'desktop-zh-start');
  await page.getByRole('button', { name: /物业费怎么交/ }).click();
  expect(await answerAfter(page, 0)).toMatch(/物业费/);
  await page.getByText('在线', { exact: true }).waitFor();
  await shoot(page, 'desktop-zh-answer');

  const { address } = await mailboxOf(page);
  await context.setOffline(true);
  await page.getByText('连接已断开，正在重连…').first().waitFor();
  await say(page, '断网时写的话');
  await shoot(page, 'desktop-zh-offline');
  await omnigate.client(ConversationServiceService).sendMessage({
    requestId: uuid(),
    channel: 'demo-web',
    address,
    content: { kind: { $case: 'text', value: { body: '您离线时我们发了这一条。' } } },
  });
  await context.setOffline(false);
  await page.getByText('您离线时我们发了这一条。').waitFor();
  await page.locator('.list .mine:not(.pending)', { hasText: '断网时写的话' }).waitFor();
  await expectInStep(page);

  for (let round = 0; round < 5; round += 1) {
    await say(page, `第 ${round} 次`);
    await context.setOffline(true);
    await context.setOffline(false);
  }
  await page.locator('.list .mine:not(.pending)', { hasText: '第 4 次' }).waitFor();
  await expectInStep(page);
  const before = (await mailboxOf(page)).texts.length;
  await page.reload();
  await page.locator('.list .mine', { hasText: '第 4 次' }).waitFor();
  await expectInStep(page);
  expect((await mailboxOf(page)).texts.length).toBeGreaterThanOrEqual(before);

  expect(complaints).toEqual([]);
  await context.close();
}, 120_000);

test('转人工 tells the place in the queue, once', async () => {
  const { page, context, complaints } = await openPage(browser, { ...desktop, locale: 'zh-CN' });
  await page.goto(demo('zh'));
  await page.getByRole('dialog').waitFor();
  await page.getByRole('button', { name: /转人工/ }).click();
  const notice = page.locator('.list .system');
  await notice.first().waitFor();
  expect(await notice.first().textContent()).toMatch(/第 ?\d+ ?位/);
  await expectInStep(page);
  expect((await mailboxOf(page)).texts).toHaveLength(2);
  await shoot(page, 'desktop-zh-queue');
  expect(complaints).toEqual([]);
  await context.close();
}, 120_000);

test('a phone page in English: full screen, answer, keyboard and screen-reader names, nothing wider than the screen', async () => {
  const { page, context, complaints } = await openPage(browser, { ...phone, locale: 'en-US' });
  await page.goto(demo('en'));
  const launcher = page.getByRole('button', { name: 'Open chat' });
  await launcher.waitFor();
  await shoot(page, 'phone-en-start');
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(phone.viewport.width);
  await launcher.focus();
  await page.keyboard.press('Enter');
  const panel = page.getByRole('dialog');
  // It rises into its place.
  await eventually(async () => {
    expect(await panel.boundingBox()).toEqual({ x: 0, y: 0, width: 390, height: 844 });
    return true;
  });
  expect(
    await page.evaluate(() => document.querySelector('omnigate-chat')?.shadowRoot?.activeElement?.tagName),
  ).toBe('TEXTAREA');
  await say(page, 'when will my order ship?');
  expect(await answerAfter(page, 0)).toMatch(/[a-z]{3}/);
  await expectInStep(page);
  await shoot(page, 'phone-en-answer');
  expect(await page.getByRole('log', { name: 'Conversation' }).count()).toBe(1);
  for (let stop = 0; stop < 12; stop += 1) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('OMNIGATE-CHAT');
  }
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'hidden' });
  const focused = () =>
    page.evaluate(() =>
      document.querySelector('omnigate-chat')?.shadowRoot?.activeElement?.getAttribute('class'),
    );
  expect(await focused()).toBe('launcher');
  expect(complaints).toEqual([]);
  await context.close();
}, 120_000);

test('the language is switched without a reload, and text that looks like markup stays text', async () => {
  const { page, context, complaints } = await openPage(browser, { ...desktop, locale: 'en-US' });
  await page.goto(demo('en'));
  await page.getByRole('dialog').waitFor();
  const markup =
    '<img src=x onerror="document.title=\'owned\'"><b>bold</b> [x](javascript:alert(1)) \u202Eabc';
  await say(page, markup);
  await page.locator('.list .mine:not(.pending) .bubble').waitFor();
  expect(await page.locator('.list .mine .bubble').first().textContent()).toBe(markup);
  expect(await page.locator('.list img, .list b, .list a').count()).toBe(0);
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByPlaceholder('请输入消息…').waitFor();
  expect(await page.title()).toBe('Omnigate 演示');
  await expectInStep(page);
  await shoot(page, 'desktop-switched');
  expect(complaints).toEqual([]);
  await context.close();
}, 120_000);
