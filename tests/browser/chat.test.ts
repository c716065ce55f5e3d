/// <reference lib="dom" />
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Content,
  type Conversation,
  ConversationServiceService,
  type Media,
  type StoredMessage,
} from '@omnigate/contracts';
import { type LaunchedOmnigate, launchOmnigate, samplePng } from '@omnigate/testkit';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { v4 as uuid } from 'uuid';
import { eventually } from '../journeys/eventually';
import { openWebShop, type WebShop } from '../journeys/web-shop';
import { openBrowser, openPage } from './browser';
import { expectInStep, input, mailboxOf, say } from './chat-page';
import { openPickyProxy, type PickyProxy } from './picky-proxy';
import { openShopSite, type ShopSite } from './shop-site';

// Kept for people to look at; the folder is printed.
const screenshots = mkdtempSync(join(tmpdir(), 'omnigate-screenshots-'));
const desktop: BrowserContextOptions = { viewport: { width: 1360, height: 860 }, locale: 'zh-CN' };
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
  locale: 'en-US',
};
const sizes = [
  { size: 'desktop', options: desktop, locale: 'zh' },
  { size: 'phone', options: phone, locale: 'en' },
] as const;
const secret = 'the shop’s own secret';

let omnigate: LaunchedOmnigate;
let shop: WebShop;
let site: ShopSite;
let proxy: PickyProxy;
let browser: Browser;

beforeAll(async () => {
  [omnigate, browser, site] = await Promise.all([launchOmnigate(), openBrowser(), openShopSite()]);
  proxy = await openPickyProxy(omnigate.httpUrl);
  // People answer first, so that nothing comes but what a test lets come.
  const config = { allowed_origins: [site.origin], identity_secret: secret };
  shop = await openWebShop(omnigate, { spec: { first_responder: 'people', config } });
  process.stdout.write(`Screenshots: ${screenshots}\n`);
}, 180_000);
afterEach(() => {
  proxy.rule('passed');
  proxy.pace(0);
  proxy.down(false);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([proxy?.close(), site?.close()]);
  await omnigate?.close();
}, 60_000);

const shoot = (page: Page, name: string) => page.screenshot({ path: join(screenshots, `${name}.png`) });
const widget = (server = omnigate.httpUrl) => `${server}/chat/${shop.channelId}/widget.js`;
const conversations = () => omnigate.client(ConversationServiceService);

/** Opens a page of the shop, and the chat on it. */
async function openChat(
  options: BrowserContextOptions,
  o: { data?: Record<string, string>; server?: string; context?: Awaited<ReturnType<typeof openPage>> } = {},
) {
  const watched = o.context ?? (await openPage(browser, options));
  const tag = { src: widget(o.server), data: { locale: 'en', ...o.data } };
  await watched.page.goto(site.page(tag));
  await watched.page.locator('.launcher').click();
  await input(watched.page).waitFor();
  return watched;
}

async function conversationOf(page: Page): Promise<Conversation> {
  const { address } = await mailboxOf(page);
  return eventually(
    async () => {
      const list = await conversations().listConversations({ channel: 'shop-web', address });
      return list.conversations[0];
    },
    { what: 'the conversation' },
  );
}

async function messagesOf(page: Page): Promise<StoredMessage[]> {
  const { id } = await conversationOf(page);
  return (await conversations().listMessages({ conversationId: id })).messages;
}

const fileOf = ({ content }: StoredMessage): Media | undefined =>
  content?.kind?.$case === 'image' || content?.kind?.$case === 'file' ? content.kind.value : undefined;

async function reply(page: Page, content: Content | string): Promise<void> {
  const { address } = await mailboxOf(page);
  await conversations().sendMessage({
    requestId: uuid(),
    channel: 'shop-web',
    address,
    content: typeof content === 'string' ? { kind: { $case: 'text', value: { body: content } } } : content,
  });
}

/** A picture of noise, which no compression makes small. */
function noise(width: number, height: number): Promise<Buffer> {
  return drawn(
    `const pixels = context.createImageData(${width}, ${height});
    for (let at = 0; at < pixels.data.length; at += 65536) crypto.getRandomValues(pixels.data.subarray(at, at + 65536));
    context.putImageData(pixels, 0, 0);`,
    width,
    height,
  );
}

/** A photograph, more or less. */
const leak = () =>
  drawn(
    `const sky = context.createLinearGradient(0, 0, 0, 600); sky.addColorStop(0, '#dfe7ef'); sky.addColorStop(1, '#8fa3b5');
    context.fillStyle = sky; context.fillRect(0, 0, 900, 600); context.fillStyle = '#5b6b78'; context.fillRect(0, 130, 900, 46);
    context.fillStyle = '#3a78b5'; for (const x of [260, 430, 610]) { context.beginPath(); context.ellipse(x, 300 + x / 4, 16, 44, 0, 0, 7); context.fill(); }`,
    900,
    600,
  );

async function drawn(script: string, width: number, height: number): Promise<Buffer> {
  const page = await browser.newPage();
  const url = await page.evaluate(
    `(() => { const canvas = document.createElement('canvas'); canvas.width = ${width}; canvas.height = ${height};
      const context = canvas.getContext('2d'); ${script} return canvas.toDataURL('image/png'); })()`,
  );
  await page.close();
  return Buffer.from(String(url).split(',')[1] ?? '', 'base64');
}

/** Gives files to the page as a paste or a drop does. */
function give(
  page: Page,
  how: 'paste' | 'drop',
  file: { name: string; type: string; bytes: Buffer },
): Promise<void> {
  const { name, type } = file;
  const target = how === 'paste' ? input(page) : page.locator('.log');
  return target.evaluate(
    (element, given) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(given.base64), (char) => char.charCodeAt(0));
      transfer.items.add(new File([bytes], given.name, { type: given.type }));
      const init = { bubbles: true, composed: true, cancelable: true };
      if (given.how === 'paste') {
        element.dispatchEvent(new ClipboardEvent('paste', { ...init, clipboardData: transfer }));
        return;
      }
      for (const kind of ['dragenter', 'dragover', 'drop'])
        element.dispatchEvent(new DragEvent(kind, { ...init, dataTransfer: transfer }));
    },
    { how, name, type, base64: file.bytes.toString('base64') },
  );
}

const choose = (page: Page, ...files: { name: string; mimeType: string; buffer: Buffer }[]) =>
  page.locator('input[type=file]').setInputFiles(files);

/** The picture of a row is there and not broken. */
const pictureIn = (page: Page, row: string) =>
  eventually(
    async () => {
      const width = await page
        .locator(`.list ${row} img`)
        .last()
        .evaluate((image: HTMLImageElement) => image.naturalWidth);
      return width > 1;
    },
    { what: `a picture in ${row}` },
  );

describe.each(sizes)('on a $size', ({ size, options, locale }) => {
  test('files are chosen, previewed and sent; pictures are shown on both sides', async () => {
    const { page, context, complaints } = await openChat(options, { data: { locale } });
    const picture = await leak();
    await choose(page, { name: '漏水.png', mimeType: 'image/png', buffer: picture });
    await choose(page, {
      name: 'rental agreement 2026.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(120_000)]),
    });
    await page.locator('.chip').nth(1).waitFor();
    await input(page).fill('厨房漏水了，请看照片。');
    await shoot(page, `${size}-upload-preview`);
    await input(page).press('Enter');
    await eventually(async () => (await mailboxOf(page)).types.filter((type) => type !== 'text').length >= 2);
    await pictureIn(page, '.mine');
    expect(await page.locator('.list .pending').count()).toBe(0);
    const [image] = (await messagesOf(page)).map(fileOf).filter((file) => file?.contentType === 'image/png');
    expect(image).toMatchObject({ fileName: '漏水.png', sizeBytes: BigInt(picture.length), providerUrl: '' });
    expect(image?.mediaId).toMatch(/^[0-9a-f-]{36}$/);
    expect(image?.thumbnailId).toMatch(/^[0-9a-f-]{36}$/);

    if (!image) throw new Error('no picture');
    await reply(page, { kind: { $case: 'image', value: { ...image, caption: '师傅已经收到照片。' } } });
    await pictureIn(page, '.agent');
    await page.getByText('师傅已经收到照片。').waitFor();
    await shoot(page, `${size}-upload-shown`);
    // The file itself, by the link that the picture is.
    const href = (await page.locator('.list .mine a:has(img)').getAttribute('href')) ?? '';
    const opened = await fetch(href);
    expect(Buffer.from(await opened.arrayBuffer()).equals(picture)).toBe(true);
    expect(opened.headers.get('content-security-policy')).toContain('sandbox');
    expect(
      (await fetch(href.replace(/(?<=signature=)./, (first) => (first === 'A' ? 'B' : 'A')))).status,
    ).toBe(404);

    await page.reload();
    await page.locator('.launcher').click();
    await pictureIn(page, '.mine');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      options.viewport?.width ?? 0,
    );
    expect(complaints).toEqual([]);
    await context.close();
  }, 120_000);

  test('a conversation that has ended is rated with stars and words, once, and agents see it', async () => {
    const { page, context, complaints } = await openChat(options, { data: { locale } });
    await say(page, 'hello');
    await page.locator('.list .mine:not(.pending)').waitFor();
    const conversation = await conversationOf(page);
    await conversations().resolveConversation({ conversationId: conversation.id });
    const stars = page.locator('.end .stars label');
    await stars.first().waitFor();
    await shoot(page, `${size}-rating-asked`);
    // By the keyboard: to the group, then along it.
    await page.getByRole('radio').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.locator('.end textarea').fill('很快就解决了，谢谢！');
    await shoot(page, `${size}-rating-chosen`);
    await page.locator('.end form button').click();
    await page.locator('.end [role=img]').waitFor();
    const rated = await eventually(async () => (await conversationOf(page)).rating, { what: 'the rating' });
    expect(rated).toMatchObject({ score: 4, comment: '很快就解决了，谢谢！' });
    await shoot(page, `${size}-rating-given`);

    await page.reload();
    await page.locator('.launcher').click();
    await page.locator('.end [role=img]').waitFor();
    expect(await stars.count()).toBe(0);
    await say(page, 'one more thing');
    await eventually(async () => (await conversationOf(page)).id !== conversation.id);
    expect(complaints).toEqual([]);
    await context.close();
  }, 120_000);
});

test('files are pasted and dropped; what can not be sent is told, and the rest goes', async () => {
  const { page, context, complaints } = await openChat(desktop);
  await give(page, 'paste', { name: 'pasted.png', type: 'image/png', bytes: await leak() });
  await give(page, 'drop', { name: 'notes.txt', type: 'text/plain', bytes: Buffer.from('a line\n') });
  expect(await page.locator('.chip').count()).toBe(2);
  await choose(
    page,
    { name: 'film.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(20 * 1024 * 1024 + 1) },
    { name: 'empty.txt', mimeType: 'text/plain', buffer: Buffer.alloc(0) },
  );
  const refusal = page.getByRole('alert');
  expect(await refusal.textContent()).toBe('film.mp4 is larger than 20 MB. empty.txt is empty.');
  await shoot(page, 'desktop-upload-refused');
  await page.getByRole('button', { name: 'Remove notes.txt' }).click();
  expect(await page.locator('.chip').count()).toBe(1);

  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
  await choose(
    page,
    { name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg) },
    { name: 'photo.png', mimeType: 'image/png', buffer: Buffer.from('<html><script>alert(1)</script>') },
    { name: 'bomb.png', mimeType: 'image/png', buffer: samplePng({ width: 20_000, height: 20_000 }) },
  );
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await eventually(async () => (await page.locator('.list .rejected').count()) === 3);
  await pictureIn(page, '.mine');
  await say(page, 'still here');
  await page.locator('.list .mine:not(.pending)', { hasText: 'still here' }).waitFor();
  expect((await mailboxOf(page)).types).toEqual(expect.arrayContaining(['image', 'text']));
  expect((await mailboxOf(page)).types.filter((type) => type === 'image' || type === 'file')).toEqual([
    'image',
  ]);
  await shoot(page, 'desktop-upload-rejected');
  // The browser itself notes answers of 415 in its console.
  expect(complaints.filter((text) => !text.includes('415'))).toEqual([]);
  await context.close();
}, 120_000);

test('an upload shows how far it is, survives a lost connection, arrives once, and can be stopped', async () => {
  const { page, context } = await openChat(desktop, { server: proxy.url });
  const bytes = await noise(1_600, 1_200);
  proxy.pace(1_500_000);
  await choose(page, { name: 'slow.png', mimeType: 'image/png', buffer: bytes });
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  const bar = page.locator('.list .pending progress');
  const share = () => bar.evaluate((element: HTMLProgressElement) => element.value);
  await eventually(async () => (await share()) > 0.2, { what: 'some progress' });
  await shoot(page, 'desktop-upload-progress');
  proxy.down(true);
  await eventually(async () => (await share()) === 0, { what: 'the upload cut off' });
  proxy.down(false);
  proxy.pace(0);
  await pictureIn(page, '.mine');
  expect((await mailboxOf(page)).types.filter((type) => type === 'image')).toHaveLength(1);

  proxy.pace(500_000);
  await choose(page, { name: 'wrong.png', mimeType: 'image/png', buffer: bytes });
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('button', { name: 'Do not send wrong.png' }).click();
  proxy.pace(0);
  await say(page, 'sorry');
  await page.locator('.list .mine:not(.pending)', { hasText: 'sorry' }).waitFor();
  expect((await mailboxOf(page)).types.filter((type) => type === 'image')).toHaveLength(1);
  expect(await page.locator('.list .pending').count()).toBe(0);
  await context.close();
}, 120_000);

describe('where a network lets no WebSocket through', () => {
  test.each(['refused', 'swallowed'] as const)(
    '%s from the start: the chat works by HTTP alone',
    async (rule) => {
      proxy.rule(rule);
      const { page, context } = await openChat(phone, { server: proxy.url });
      await say(page, 'by HTTP');
      await page.getByText('Online', { exact: true }).waitFor({ timeout: 40_000 });
      await page.locator('.list .mine:not(.pending)', { hasText: 'by HTTP' }).waitFor();
      const tried = proxy.upgrades();
      await reply(page, 'an answer by HTTP');
      await page.getByText('an answer by HTTP').waitFor();
      await choose(page, { name: 'a.png', mimeType: 'image/png', buffer: await leak() });
      await page.getByRole('button', { name: 'Send', exact: true }).click();
      await pictureIn(page, '.mine');
      // Reading is told at once, although a poll is under way.
      await eventually(
        async () => {
          const message = (await messagesOf(page)).find(({ content }) =>
            JSON.stringify(content?.kind?.value ?? '', (_, value) =>
              typeof value === 'bigint' ? '' : value,
            ).includes('an answer by HTTP'),
          );
          return message?.state === 6;
        },
        { timeoutMs: 5_000, what: 'the answer read' },
      );
      await conversations().resolveConversation({ conversationId: (await conversationOf(page)).id });
      await page.locator('.end label').nth(2).click();
      await page.locator('.end form button').click();
      await eventually(async () => (await conversationOf(page)).rating?.score === 3, { what: 'the rating' });
      expect(proxy.upgrades()).toBe(tried);
      await shoot(page, `phone-fallback-${rule}`);
      // The next page on this device does not try in vain first.
      await page.reload();
      await page.locator('.launcher').click();
      await page.getByText('Online', { exact: true }).waitFor();
      expect(proxy.upgrades()).toBe(tried);
      await context.close();
    },
    120_000,
  );

  test('blocked in the middle of a talk: it goes on by itself, nothing lost, nothing twice', async () => {
    const { page, context } = await openChat(desktop, { server: proxy.url });
    await say(page, 'first');
    await page.locator('.list .mine:not(.pending)', { hasText: 'first' }).waitFor();
    for (let round = 0; round < 3; round += 1) {
      proxy.rule(round % 2 === 0 ? 'refused' : 'passed');
      const lines = Array.from({ length: 6 }, (_, line) => `${round}.${line}`);
      for (const line of lines) {
        await say(page, line);
        await reply(page, `answer ${line}`);
      }
      await page
        .locator('.list .mine:not(.pending)', { hasText: lines.at(-1) ?? '' })
        .waitFor({ timeout: 40_000 });
      await page.getByText(`answer ${lines.at(-1)}`).waitFor();
      await expectInStep(page);
    }
    await context.close();
  }, 120_000);
});

describe('identity', () => {
  const proof = (user: string) => ({
    'user-id': user,
    'user-hash': createHmac('sha256', secret).update(user).digest('hex'),
    'user-name': 'Zoë 王',
  });

  test('a signed-in user goes on where they were on another device, live on both', async () => {
    const data = proof('u-7');
    const desk = await openChat(desktop, { data });
    await say(desk.page, 'from the desk');
    await desk.page.locator('.list .mine:not(.pending)').waitFor();
    await reply(desk.page, 'we look into it');
    const mobile = await openChat(phone, { data });
    await mobile.page.getByText('from the desk').waitFor();
    await mobile.page.getByText('we look into it').waitFor();
    await say(mobile.page, 'from the telephone');
    await desk.page.getByText('from the telephone').waitFor();
    await reply(desk.page, 'to both of you');
    await Promise.all([desk, mobile].map(({ page }) => page.getByText('to both of you').waitFor()));
    await Promise.all([desk, mobile].map(({ page }) => expectInStep(page)));
    await shoot(mobile.page, 'phone-identity');
    const conversation = await conversationOf(desk.page);
    expect(conversation).toMatchObject({ address: 'user:u-7', inboundCount: 2 });
    expect((await messagesOf(mobile.page)).at(-1)?.sender?.name).toBe('Zoë 王');
    expect([...desk.complaints, ...mobile.complaints]).toEqual([]);
    await Promise.all([desk.context.close(), mobile.context.close()]);
  }, 120_000);

  test('a forged proof is refused, and the visitor is not let in as nobody', async () => {
    const { page, context } = await openChat(desktop, { data: { ...proof('u-7'), 'user-id': 'u-8' } });
    await page.getByText('Your sign-in could not be confirmed.').first().waitFor();
    await say(page, 'let me in');
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain('"token":"ey');
    await shoot(page, 'desktop-identity-refused');
    await context.close();
  }, 120_000);

  test('who signs in and out on one page has two mailboxes, and neither shows or sends what is the other’s', async () => {
    const { page, context } = await openChat(desktop);
    await say(page, 'as a visitor');
    await page.locator('.list .mine:not(.pending)').waitFor();
    const visitor = (await mailboxOf(page)).address;
    await context.setOffline(true);
    await say(page, 'unsent as a visitor');
    const hash = createHmac('sha256', secret).update('u-9').digest('hex');
    await page.evaluate((given) => window.Omnigate?.identify({ userId: 'u-9', hash: given, name: '' }), hash);
    await context.setOffline(false);
    await say(page, 'as a user');
    await page.locator('.list .mine:not(.pending)', { hasText: 'as a user' }).waitFor();
    const { address, texts } = await mailboxOf(page);
    expect(address).toBe('user:u-9');
    expect(texts).toEqual(expect.arrayContaining(['unsent as a visitor', 'as a user']));
    expect(await page.getByText('as a visitor', { exact: true }).count()).toBe(0);
    await page.evaluate(() => window.Omnigate?.identify());
    await page.getByText('Online', { exact: true }).waitFor();
    expect(await page.locator('.list .row').count()).toBe(0);
    const after = await mailboxOf(page);
    expect(after.address).not.toBe('user:u-9');
    // Signed out they are somebody new: what a shared computer's next visitor must not see is not kept.
    expect(after.address).not.toBe(visitor);
    await context.close();
  }, 120_000);
});

test('the launcher counts what was not seen, after a reload too, and the title tells where it may', async () => {
  const watched = await openChat(desktop, { data: { blink: '' } });
  const { page, context } = watched;
  await say(page, 'hello');
  await page.locator('.list .system').waitFor();
  await page.getByRole('button', { name: 'Close chat' }).first().click();
  await reply(page, 'first answer');
  await reply(page, 'second answer');
  const badge = page.locator('.badge');
  await eventually(async () => (await badge.textContent()) === '2');
  await page.getByRole('button', { name: 'Open chat, 2 unread' }).waitFor();
  await shoot(page, 'desktop-unread');
  // Before the server has been asked, and after.
  await context.setOffline(true);
  await context.setOffline(false);
  await page.route('**/messages?**', (route) => route.abort());
  await page.reload();
  await eventually(async () => (await badge.textContent()) === '2');
  await page.unroute('**/messages?**');
  await page.locator('.launcher').click();
  await page.getByText('second answer').waitFor();
  await eventually(async () => (await messagesOf(page)).filter(({ state }) => state === 6).length === 3, {
    what: 'the notice and both answers read',
  });
  expect(await badge.isVisible()).toBe(false);

  // Another tab is looked at.
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await reply(page, 'third answer');
  await eventually(async () => (await page.title()) === '(1) New message');
  await eventually(async () => (await page.title()) === 'A shop');
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => 'visible' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  expect(await page.title()).toBe('A shop');
  await context.close();
}, 120_000);

declare global {
  interface Window {
    Omnigate?: { identify(identity?: { userId: string; hash: string; name: string }): void };
  }
}
