import { bareSubject, replySubject, subjectKey, subjectLine } from './subject';

test.each([
  ['Re: your order', 'your order'],
  ['RE: Fwd: re[2]: your order', 'your order'],
  ['回复：Re: 您的订单', '您的订单'],
  ['答复: 转发： 您的订单', '您的订单'],
  ['AW: WG: Bestellung', 'Bestellung'],
  ['Regarding: the order', 'Regarding: the order'],
])('%s is about "%s"', (subject, bare) => {
  expect(bareSubject(subject)).toBe(bare);
  expect(subjectKey(`Re: ${subject}`)).toBe(bare.toLowerCase());
  expect(replySubject(subject)).toBe(`Re: ${bare}`);
});

test('a subject is one line', () => {
  expect(subjectLine('a\r\nBcc: evil@z.example\u2028b\u0000')).toBe('a Bcc: evil@z.example b');
  expect(subjectLine('字'.repeat(2_000))).toHaveLength(400);
});
