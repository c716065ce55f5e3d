import { Content, PartyRole } from '@omnigate/contracts';
import { customerUtterance, isAnswered, utteranceText } from './utterance';

type Kind = NonNullable<Content['kind']>;

/** Every kind of content, so that a new one is thought of. */
const texts: Record<Kind['$case'], { value: Record<string, unknown>; text: string }> = {
  text: { value: { body: 'hello' }, text: 'hello' },
  image: { value: { caption: 'the broken lamp', fileName: 'lamp.jpg' }, text: 'the broken lamp' },
  video: { value: { caption: 'it flickers' }, text: 'it flickers' },
  file: { value: { caption: 'the invoice', fileName: 'invoice.pdf' }, text: 'the invoice' },
  audio: { value: { caption: 'my question' }, text: 'my question' },
  location: { value: { latitude: 1, longitude: 2, label: 'home' }, text: '' },
  link: { value: { url: 'https://example.com/1', title: 'Order 1' }, text: 'Order 1' },
  card: { value: { title: 'Order 1', body: 'Two lamps' }, text: 'Order 1' },
  menuChoice: { value: { id: '2', label: 'Returns' }, text: 'Returns' },
  template: { value: { code: 'greeting' }, text: '' },
  event: { value: { name: 'subscribe' }, text: '' },
  call: { value: { callId: '1' }, text: '' },
  menu: { value: { body: 'Which one?', options: [{ id: '1', label: 'One' }] }, text: 'Which one?' },
};

const contentOf = ($case: string, value: Record<string, unknown>): Content =>
  Content.fromPartial({ kind: { $case, value } as never });

test.each(Object.entries(texts).map(([$case, row]) => ({ $case, ...row })))(
  'the words of $case',
  ({ $case, value, text }) => {
    expect(utteranceText(contentOf($case, value))).toBe(text);
  },
);

test('of events a tap on the menu alone is a question; its key is what it says', () => {
  const event = (name: string) => contentOf('event', { name, detail: '物业费怎么交' });
  expect([isAnswered(event('menu-click')), utteranceText(event('menu-click'))]).toEqual([
    true,
    '物业费怎么交',
  ]);
  for (const name of ['subscribed', 'unsubscribed', 'location-reported'])
    expect([isAnswered(event(name)), utteranceText(event(name))]).toEqual([false, '']);
  expect(isAnswered(contentOf('image', {}))).toBe(true);
  expect(isAnswered({ kind: undefined })).toBe(true);
});

test('what has no label says its id, a link without a title its address, a card without one its text', () => {
  expect(utteranceText(contentOf('card', { body: 'Two lamps' }))).toBe('Two lamps');
  expect(utteranceText(contentOf('menuChoice', { id: '2' }))).toBe('2');
  expect(utteranceText(contentOf('link', { url: 'https://example.com/1' }))).toBe('https://example.com/1');
});

test('content that is missing or of an unknown kind has no words', () => {
  expect(utteranceText(undefined)).toBe('');
  expect(utteranceText({ kind: undefined })).toBe('');
});

test('a chosen option travels with its id', () => {
  expect(customerUtterance(contentOf('menuChoice', { id: 'returns', label: 'Returns' }))).toEqual({
    role: PartyRole.PARTY_ROLE_CUSTOMER,
    text: 'Returns',
    choiceId: 'returns',
    media: [],
  });
  expect(customerUtterance(contentOf('text', { body: 'Returns' }))).toMatchObject({ choiceId: '' });
});
