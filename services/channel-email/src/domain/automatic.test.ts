import { automaticKind, type Origin } from './automatic';

const origin = (headers: Record<string, string>, more: Partial<Origin> = {}): Origin => ({
  header: (name) => headers[name] ?? '',
  from: 'li@customer.example',
  envelopeFrom: 'li@customer.example',
  subject: 'my order',
  isReport: false,
  ...more,
});

test('a mail of a person is none', () => {
  expect(automaticKind(origin({}))).toBeUndefined();
  expect(automaticKind(origin({ 'auto-submitted': 'no', precedence: 'first-class' }))).toBeUndefined();
});

test.each<[Record<string, string>, Partial<Origin>, string]>([
  [{ 'auto-submitted': 'auto-replied' }, {}, 'auto-reply'],
  [{ 'auto-submitted': 'auto-generated (failure)' }, {}, 'auto-reply'],
  [{ 'x-autoreply': 'yes' }, {}, 'auto-reply'],
  [{ 'x-auto-response-suppress': 'All' }, {}, 'auto-reply'],
  [{ precedence: 'auto_reply' }, {}, 'auto-reply'],
  [{}, { subject: '自动回复: 休假' }, 'auto-reply'],
  [{}, { subject: 'Automatic reply: away' }, 'auto-reply'],
  [{}, { subject: 'Out of Office' }, 'auto-reply'],
  [{}, { from: 'noreply@bank.example' }, 'auto-reply'],
  [{}, { envelopeFrom: '' }, 'auto-reply'],
  [{ 'list-id': '<news.shop.example>' }, {}, 'mailing-list'],
  [{ precedence: 'bulk' }, {}, 'mailing-list'],
  [{ 'list-unsubscribe': '<https://x.example>' }, {}, 'mailing-list'],
  [{ 'x-failed-recipients': 'a@b.example' }, {}, 'bounce'],
  [{ 'content-type': 'multipart/report; report-type=delivery-status' }, {}, 'bounce'],
  [{}, { isReport: true }, 'bounce'],
  [{}, { from: 'mailer-daemon@x.example', envelopeFrom: '' }, 'bounce'],
  [{ 'x-omnigate-message': 'anything' }, {}, 'mail-loop'],
])('%j %j is %s', (headers, more, kind) => {
  expect(automaticKind(origin(headers, more))).toBe(kind);
});
