import { Content, PartyRole } from '@omnigate/contracts';
import { noticeLanguage } from './language';
import { customerUtterance, utteranceText } from './utterance';

const media = { providerUrl: '', contentType: '', sizeBytes: 0n, fileName: 'a.jpg', caption: 'look' };

test.each<[Content['kind'], string]>([
  [{ $case: 'text', value: { body: 'hello' } }, 'hello'],
  [{ $case: 'image', value: media }, 'look'],
  [{ $case: 'video', value: media }, 'look'],
  [{ $case: 'file', value: media }, 'look'],
  [{ $case: 'audio', value: media }, ''],
  [{ $case: 'menuChoice', value: { id: 'fee', label: '' } }, 'fee'],
  [{ $case: 'link', value: { url: 'https://a.example', title: '', description: '' } }, 'https://a.example'],
  [{ $case: 'location', value: { latitude: 1, longitude: 2, label: 'gate' } }, ''],
  [undefined, ''],
])('what %j says in words', (kind, words) => {
  expect(utteranceText({ kind })).toBe(words);
});

test('what a later version says has no words, and is kept whole', () => {
  const later = Buffer.from([0x9a, 0x06, 2, 0x68, 0x69]); // field 99: "hi"
  const content = Content.decode(later);
  expect(customerUtterance(content)).toEqual({
    role: PartyRole.PARTY_ROLE_CUSTOMER,
    text: '',
    choiceId: '',
  });
  expect(Buffer.from(Content.encode(content).finish())).toEqual(later);
});

test('a choice tells its id', () => {
  const content: Content = { kind: { $case: 'menuChoice', value: { id: 'fee', label: 'Fees' } } };
  expect(customerUtterance(content)).toMatchObject({ text: 'Fees', choiceId: 'fee' });
});

test.each([
  ['物业费 invoice', 'en', 'zh'],
  ['when will it ship', 'zh-CN', 'en'],
  ['12345', 'zh-CN', 'zh'],
  ['👍', 'de', 'en'],
  ['', 'zh', 'zh'],
])('%j in a tenant of %s is %s', (text, locale, expected) => {
  expect(noticeLanguage(text, locale)).toBe(expected);
});
