/// <reference lib="dom" />
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../journeys/eventually';

/** The customer's telephone. */
export const wechat = (page: Page): Locator => page.locator('[data-view=wechat]');
/** The worker's telephone. */
export const worker = (page: Page): Locator => page.locator('[data-view=worker]');
const report = (page: Page): Locator => page.locator('[data-view=report]');
/** A figure of the report, by its name. */
export const figure = (page: Page, name: string): Locator => report(page).locator(`[data-figure=${name}] b`);
/** What the account said. */
export const answers = (page: Page): Locator => wechat(page).locator('.wx-theirs .wx-bubble');

/** Does something on the customer's telephone. @returns the next bubbles that it shows, once one of them fits */
export async function answerTo(page: Page, act: () => Promise<unknown>, fits: RegExp): Promise<string> {
  const before = await answers(page).count();
  await act();
  return eventually(
    async () => (await answers(page).allTextContents()).slice(before).find((text) => fits.test(text)),
    { what: `an answer like ${fits}`, timeoutMs: 30_000 },
  );
}

/** Writes on the customer's telephone. @returns the answer */
export async function write(page: Page, text: string, fits: RegExp): Promise<string> {
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

/** Nothing is wider than the screen, or than what it stands in. */
export async function expectNothingWider(page: Page): Promise<void> {
  const { scroll, width, sideways } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: document.documentElement.clientWidth,
    sideways: [...document.querySelectorAll('.phone, .phone *, .report, .report *')]
      .filter((element) => element.clientWidth > 0 && !element.matches('input,textarea'))
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map((element) => element.outerHTML.slice(0, 120)),
  }));
  assert.ok(scroll <= width, `the page is ${scroll} wide on a screen of ${width}`);
  assert.deepEqual(sideways, []);
}
