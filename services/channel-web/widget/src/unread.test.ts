import type { ChatMessage } from './protocol';
import { createVisitorStore } from './storage';
import { createUnread } from './unread';

const items = new Map<string, string>();
const area = {
  getItem: (key: string) => items.get(key) ?? null,
  setItem: (key: string, value: string) => void items.set(key, value),
};
/** The page, which is loaded anew. */
const load = () => createUnread(createVisitorStore('a-channel', { area }));
const message = (seq: number, role = 'agent') =>
  ({ seq, from: { role }, content: { type: 'text', text: '' } }) as unknown as ChatMessage;

beforeEach(() => items.clear());

test('what others wrote counts until it is seen', () => {
  const unread = load();
  for (const each of [message(1), message(2, 'customer'), message(3)]) unread.message(each);
  unread.refresh({ visible: false, current: true });
  expect(unread.count()).toBe(2);
  unread.refresh({ visible: true, current: true });
  expect(unread.count()).toBe(0);
});

test('a page that is loaded anew shows the count before the server has been asked', () => {
  const before = load();
  before.message(message(1));
  before.refresh({ visible: false, current: true });
  const after = load();
  after.refresh({ visible: false, current: false });
  expect(after.count()).toBe(1);
});

test('what was seen here does not count after that, though the server has not kept it yet', () => {
  const before = load();
  before.message(message(1));
  before.refresh({ visible: true, current: true });
  before.message(message(2));
  before.refresh({ visible: false, current: true });
  const after = load();
  after.seen(0);
  for (const each of [message(1), message(2)]) after.message(each);
  after.refresh({ visible: false, current: true });
  expect(after.count()).toBe(1);
});

test('what was seen on another device does not count', () => {
  const unread = load();
  for (const each of [message(1), message(2)]) unread.message(each);
  unread.seen(1);
  unread.refresh({ visible: false, current: true });
  expect(unread.count()).toBe(1);
});

test('another mailbox begins with nothing', () => {
  const unread = load();
  unread.message(message(5));
  unread.refresh({ visible: true, current: true });
  unread.reset();
  unread.message(message(1));
  unread.refresh({ visible: false, current: true });
  expect(unread.count()).toBe(1);
});
