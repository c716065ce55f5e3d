import { textsOf } from './event-texts';

const parcel = { carrier: '顺丰', tracking_no: 'SF1', since: '11-20' };
const told = (name: string, data: Record<string, unknown>, text = '') => textsOf({ name, text, data });
const fields = (name: string, data: Record<string, unknown>, text = '') =>
  told(name, data, text).violations.map(({ field }) => field);

test('the shipped texts are in both languages, with the event’s values', () => {
  const { texts } = told('parcel-stalled', parcel);
  expect(texts?.zh).toBe(
    '您的包裹（顺丰 SF1）的物流从 11-20 起没有更新，我们已联系承运商核实，有进展会马上告诉您。有疑问请直接回复。',
  );
  expect(texts?.en).toMatch(/^Your parcel \(顺丰 SF1\) has not moved since 11-20\./);
});

test.each([
  ['repair-status', { repair: '漏水', status: '师傅已出发' }, '您的报修“漏水”有新进展：师傅已出发。'],
  ['fee-due', { fee: '物业费', amount: 840, due_date: '12-31' }, '您的物业费共 840，请在 12-31 前缴纳。'],
])('%s has its text', (name, data, part) => {
  expect(told(name, data).texts?.zh).toContain(part);
  expect(told(name, data).texts?.en).not.toContain('{');
});

test('each missing value is named, once', () => {
  expect(fields('parcel-stalled', {})).toEqual(['data.carrier', 'data.tracking_no', 'data.since']);
  expect(fields('parcel-stalled', { ...parcel, since: '  ' })).toEqual(['data.since']);
  expect(fields('parcel-stalled', { ...parcel, since: { day: 1 } })).toEqual(['data.since']);
  expect(fields('parcel-stalled', { ...parcel, since: 'x'.repeat(201) })).toEqual(['data.since']);
  expect(fields('x', {}, '{constructor} {toString}')).toEqual(['data.constructor']);
});

test('an event of one’s own needs a text, which may name values', () => {
  expect(fields('room-ready', {})).toEqual(['text']);
  expect(told('room-ready', { room: 7 }, 'Room {room} is ready.').texts).toEqual({ en: 'Room 7 is ready.' });
  expect(told('room-ready', { room: 7 }, '{room} 号房好了').texts).toEqual({ zh: '7 号房好了' });
});

test('a value is never a template, and ends no line', () => {
  const texts = told('x', { a: '{b}\r\nFrom: the bank', b: 'secret' }, 'Hello {a} {} {B}').texts;
  expect(texts).toEqual({ en: 'Hello {b} From: the bank {} {B}' });
});

test('a text that is too long is refused', () => {
  expect(fields('x', {}, 'x'.repeat(1_001))).toEqual(['text']);
});
