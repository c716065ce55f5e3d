/// <reference lib="dom" />
import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '../journeys/eventually';

/** Where the visitor writes. */
export const input = (page: Page): Locator => page.locator('.panel > form textarea');

/** What somebody said, in order: `mine`, `bot`, `agent` or `system`. */
export const said = (page: Page, role: string): Locator =>
  page.locator(`.list .${role} .bubble, .list .${role}.system`);

/** Writes and sends. */
export async function say(page: Page, text: string): Promise<void> {
  await input(page).fill(text);
  await input(page).press('Enter');
}

/** A visitor's mailbox as the server holds it. */
export interface Mailbox {
  address: string;
  /** What the page shows of each event; empty for what has no words. */
  texts: string[];
  types: string[];
  seqs: number[];
}

/** What the server holds of this page's visitor, asked with the page's own token. */
export function mailboxOf(page: Page): Promise<Mailbox> {
  return page.evaluate(async () => {
    const script = document.querySelector<HTMLScriptElement>('script[src*="widget.js"]');
    const url = script?.src.replace('/widget.js', '') ?? '';
    const channel = url.split('/').at(-1) ?? '';
    const { token } = JSON.parse(localStorage.getItem(`omnigate:${channel}`) ?? '{}') as { token: string };
    const answer = await fetch(`${url}/messages?wait=0&ack=0`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { messages } = (await answer.json()) as {
      messages: { seq: number; content: { type: string; text?: string; label?: string } }[];
    };
    const payload = JSON.parse(
      atob((token.split('.')[0] ?? '').replaceAll('-', '+').replaceAll('_', '/')),
    ) as { a: string };
    return {
      address: payload.a,
      texts: messages.map(({ content }) => content.text ?? content.label ?? ''),
      types: messages.map(({ content }) => content.type),
      seqs: messages.map(({ seq }) => seq),
    };
  });
}

/** The page shows what the mailbox holds: nothing missing, nothing twice, in the same order. */
export async function expectInStep(page: Page): Promise<void> {
  await eventually(
    async () => {
      const shown = await page.locator('.list .bubble, .list .system').allTextContents();
      const { texts, seqs } = await mailboxOf(page);
      assert.deepEqual(shown, texts);
      assert.deepEqual(
        seqs,
        seqs.map((_, index) => index + 1),
      );
      return true;
    },
    { what: 'the page in step with the mailbox' },
  );
}
