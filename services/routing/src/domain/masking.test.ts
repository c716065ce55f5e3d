import { Content, Direction, Media, MenuChoice, PartyRole } from '@omnigate/contracts';
import { maskAddress, maskedMessage } from './masking';

const row = {
  id: 'm',
  conversationId: 'v',
  seq: 1,
  direction: Direction.DIRECTION_INBOUND,
  role: PartyRole.PARTY_ROLE_CUSTOMER,
  senderName: 'Li',
  occurredAt: new Date(0),
  createdAt: new Date(0),
};
const told = (content: Content | undefined) => maskedMessage(row, content).content;

test('an address shows its end alone, or nothing', () => {
  expect(['+8613800138000', 'a@b.cn', ''].map(maskAddress)).toEqual(['***8000', '***', '***']);
});

test('an agent has a name, a customer has none', () => {
  const name = (role: PartyRole) => maskedMessage({ ...row, role }, undefined).sender?.name;
  expect([PartyRole.PARTY_ROLE_CUSTOMER, PartyRole.PARTY_ROLE_AGENT].map(name)).toEqual(['', 'Li']);
});

test('of a letter its masked subject is told alone', () => {
  const letter = { subject: 'call 13800138000', html: '<p>13800138000</p>' };
  expect(maskedMessage(row, undefined, letter).letter).toEqual({ subject: 'call [phone]', html: '' });
});

test('every kind of content keeps its form and loses what is personal', () => {
  const phone = '13800138000';
  const { _unknownFields, ...media } = Media.fromPartial({
    providerUrl: 'https://api.example.com/media/1',
    contentType: 'image/jpeg',
    sizeBytes: 7n,
    fileName: `${phone}.jpg`,
    caption: `call ${phone}`,
    providerMediaId: 'AAA',
  });
  const seen = {
    ...media,
    providerUrl: '',
    providerMediaId: '',
    fileName: '[phone].jpg',
    caption: 'call [phone]',
  };
  const cases: [Content['kind'], unknown][] = [
    [{ $case: 'text', value: { body: `call ${phone}` } }, { body: 'call [phone]' }],
    [{ $case: 'image', value: media }, seen],
    [{ $case: 'file', value: media }, seen],
    [
      { $case: 'location', value: { latitude: 31.2, longitude: 121.4, label: `gate, ${phone}` } },
      { latitude: 0, longitude: 0, label: 'gate, [phone]' },
    ],
    [
      { $case: 'menuChoice', value: { id: 'fee', label: phone } },
      { id: 'fee', label: '[phone]' },
    ],
    [
      { $case: 'menu', value: { body: 'Which?', options: [{ id: '1', label: `of ${phone}` }] } },
      { body: 'Which?', options: [{ id: '1', label: 'of [phone]' }] },
    ],
    [
      { $case: 'template', value: { code: 'parcel', language: 'zh', parameters: ['5', phone] } },
      { code: 'parcel', language: 'zh', parameters: ['5', '[phone]'] },
    ],
    [
      { $case: 'event', value: { name: 'form', detail: `mail a@example.com` } },
      { name: 'form', detail: 'mail [email]' },
    ],
    [
      { $case: 'call', value: { callId: 'c', durationSeconds: 9 } },
      { callId: 'c', durationSeconds: 9 },
    ],
  ];
  for (const [kind, value] of cases) expect(told({ kind })).toEqual({ kind: { $case: kind?.$case, value } });
});

test('what a later version says is not told, in a content or in a field', () => {
  // Field 99 of a content, and field 9 of a menu choice, each a text.
  const text = Buffer.from('13800138000');
  const later = Content.decode(Buffer.concat([Buffer.from([0x9a, 0x06, text.length]), text]));
  expect(told(later)).toEqual({ kind: undefined });
  const field = MenuChoice.decode(Buffer.concat([Buffer.from([0x4a, text.length]), text]));
  const choice = told({ kind: { $case: 'menuChoice', value: field } });
  expect(Buffer.from(Content.encode(choice ?? { kind: undefined }).finish()).includes(text)).toBe(false);
  expect(told(undefined)).toBeUndefined();
});
