import { eventually, startWebChat, type WebChatBed } from '../../src/testing/web-chat-bed';
import { createBackoff } from './backoff';
import { type ChatClient, createChatClient } from './chat-client';
import type { ChatMessage } from './protocol';
import { createVisitorStore } from './storage';
import { pickLocale } from './texts';

let bed: WebChatBed;
beforeAll(async () => {
  bed = await startWebChat({ pollMs: 200 });
});
afterAll(() => bed.stop());

function memory() {
  const items = new Map<string, string>();
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  };
}

interface Page {
  client: ChatClient;
  messages: ChatMessage[];
  rejected: [string, string][];
  states: string[];
  resets: number;
}

/** The widget without its looks, on a browser storage that survives a reload. */
function openPage(channelId: string, area = memory()): Page {
  const page: Page = { messages: [], rejected: [], states: [], resets: 0, client: undefined as never };
  page.client = createChatClient({
    url: `${bed.baseUrl}/chat/${channelId}`,
    store: createVisitorStore(channelId, { area }),
    events: {
      connection: (state) => page.states.push(state),
      message: (message) => page.messages.push(message),
      stored: () => {},
      rejected: (cid, code) => page.rejected.push([cid, code]),
      typing: () => {},
      reset: () => {
        page.resets += 1;
        page.messages = [];
      },
      seen: () => {},
      progress: () => {},
    },
  });
  page.client.start();
  return page;
}

const texts = (page: Page) =>
  page.messages.map(({ content }) => ('text' in content ? content.text : content.type));
const addressOf = (text: string) =>
  bed.received.find(({ content }) => content?.kind?.$case === 'text' && content.kind.value.body === text)
    ?.sender?.address ?? '';

test('what is written without a connection is sent in order, once, when there is one', async () => {
  const channel = bed.addChannel();
  const page = openPage(channel.id);
  for (let index = 0; index < 5; index += 1) page.client.sendText(`offline ${index}`);
  await eventually('all shown', () => page.messages.length === 5);
  for (let round = 0; round < 5; round += 1) {
    page.client.sendText(`cut ${round}`);
    page.client.networkLost();
    page.client.retryNow();
  }
  await eventually('all shown', () => page.messages.length === 10);
  expect(texts(page)).toEqual(
    [...Array(5).keys()].map((n) => `offline ${n}`).concat([...Array(5).keys()].map((n) => `cut ${n}`)),
  );
  expect(page.client.unsent()).toEqual([]);
  page.client.stop();
});

test('a reload shows the history and goes on with what was unsent', async () => {
  const channel = bed.addChannel();
  const area = memory();
  const first = openPage(channel.id, area);
  first.client.sendText('before the reload');
  await eventually('stored', () => first.messages.length === 1);
  first.client.stop();
  first.client.sendText('written in the last moment');
  const second = openPage(channel.id, area);
  expect(second.client.hasHistory()).toBe(true);
  await eventually('history', () => second.messages.length === 2);
  expect(texts(second)).toEqual(['before the reload', 'written in the last moment']);
  second.client.stop();
});

test('a long history is shown from its end, and earlier parts on request', async () => {
  const channel = bed.addChannel();
  const area = memory();
  const first = openPage(channel.id, area);
  first.client.sendText('mine');
  await eventually('stored', () => addressOf('mine') !== '');
  const address = addressOf('mine');
  await Promise.all(Array.from({ length: 130 }, () => bed.send(channel, address, { text: 'x' })));
  await eventually('all', () => first.messages.length === 131);
  first.client.stop();
  const second = openPage(channel.id, area);
  await eventually('the end', () => second.messages.length === 100);
  expect(second.messages[0]?.seq).toBe(32);
  const earlier = await second.client.earlier(32);
  expect(earlier.map(({ seq }) => seq)).toEqual(Array.from({ length: 31 }, (_, index) => index + 1));
  second.client.stop();
}, 60_000);

test('a token that is no longer good is replaced, and the page starts anew', async () => {
  const channel = bed.addChannel();
  const area = memory();
  createVisitorStore(channel.id, { area }).save({ token: 'a.b', lastSeq: 7 });
  const page = openPage(channel.id, area);
  page.client.sendText('hello');
  await eventually('stored', () => page.messages.length === 1);
  expect(page.resets).toBe(1);
  page.client.stop();
});

test('a message that the server refuses is told as refused and stops nothing', async () => {
  const page = openPage(bed.addChannel().id);
  const { cid } = page.client.sendText('x'.repeat(8_001));
  page.client.sendText('short');
  await eventually('second shown', () => page.messages.length === 1);
  expect(page.rejected).toEqual([[cid, 'MESSAGE_INVALID']]);
  page.client.stop();
});

test('a page that may not chat is told once, and does not try for ever', async () => {
  const page = openPage('0199f000-0000-7000-8000-000000000000');
  await eventually('refused', () => page.states.includes('refused'));
  expect(page.states).toEqual(['connecting', 'refused']);
  page.client.stop();
});

test('where no socket gets through, long polling carries the chat both ways', async () => {
  const channel = bed.addChannel();
  const realSocket = globalThis.WebSocket;
  // A proxy that lets no upgrade through looks like this to the page.
  globalThis.WebSocket = class extends EventTarget {
    static readonly OPEN = 1;
    readyState = 0;
    onclose?: (event: { code: number }) => void;
    constructor() {
      super();
      setTimeout(() => this.onclose?.({ code: 1006 }), 1);
    }
    close() {}
    send() {}
  } as unknown as typeof WebSocket;
  const page = openPage(channel.id);
  try {
    page.client.sendText('polled');
    for (let tries = 0; tries < 2; tries += 1) {
      await eventually('lost', () => page.states.filter((state) => state === 'offline').length > tries);
      page.client.retryNow();
    }
    await eventually('stored', () => page.messages.length === 1);
    await bed.send(channel, addressOf('polled'), { text: 'answer' });
    await eventually('answered', () => texts(page).includes('answer'));
    expect(texts(page)).toEqual(['polled', 'answer']);
  } finally {
    page.client.stop();
    globalThis.WebSocket = realSocket;
  }
});

test('waits double up to 30 s, and start again after a success', () => {
  const backoff = createBackoff(() => 0.999);
  const waits = Array.from({ length: 9 }, () => backoff.next());
  expect(waits.slice(0, 3)).toEqual([699, 1199, 2198]);
  expect(waits.at(-1)).toBeLessThanOrEqual(30_200);
  backoff.reset();
  expect(backoff.next()).toBe(699);
});

test('the first wish that the widget speaks is its language', () => {
  expect(pickLocale([undefined, '', 'zh-Hant-TW', 'en'])).toBe('zh');
  expect(pickLocale(['fr', 'en-GB', 'zh'])).toBe('en');
  expect(pickLocale(['fr', 'zhongwen'])).toBe('en');
});
