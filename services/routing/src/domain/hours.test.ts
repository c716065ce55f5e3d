import { isOpen, nextOpening, weekMoment } from './hours';

const span = (weekday: number, startMinute: number, endMinute: number) => ({
  weekday,
  startMinute,
  endMinute,
});
// 08:00–12:00 and 13:30–18:00, Monday to Friday.
const split = [1, 2, 3, 4, 5].flatMap((day) => [span(day, 480, 720), span(day, 810, 1080)]);
const shanghai = 'Asia/Shanghai';

test.each([
  ['2026-06-01T00:00:00Z', true], // Monday 08:00
  ['2026-05-31T23:59:59Z', false], // one second earlier
  ['2026-06-01T03:59:00Z', true],
  ['2026-06-01T04:00:00Z', false], // 12:00: the end is not in it
  ['2026-06-01T05:29:00Z', false],
  ['2026-06-01T05:30:00Z', true],
  ['2026-06-01T10:00:00Z', false], // 18:00
  ['2026-06-06T02:00:00Z', false], // Saturday
])('a split shift at %s: %s', (instant, expected) => {
  expect(isOpen(split, new Date(instant), shanghai)).toBe(expected);
});

test('no hours mean always', () => {
  expect(isOpen([], new Date(0), shanghai)).toBe(true);
});

test('the day is the tenant’s, not the server’s', () => {
  const instant = new Date('2026-06-01T11:00:00Z');
  expect(weekMoment(instant, 'Pacific/Auckland')).toEqual({ weekday: 1, minute: 23 * 60 });
  expect(weekMoment(new Date('2026-06-01T13:00:00Z'), 'Pacific/Auckland')).toEqual({
    weekday: 2,
    minute: 60,
  });
  expect(weekMoment(new Date('2026-06-01T00:30:00Z'), 'America/New_York')).toEqual({
    weekday: 7,
    minute: 20 * 60 + 30,
  });
});

test('summer time moves the instant, not the hour', () => {
  const nine = [span(1, 540, 600)];
  expect(isOpen(nine, new Date('2026-03-23T08:30:00Z'), 'Europe/Berlin')).toBe(true); // CET
  expect(isOpen(nine, new Date('2026-03-30T07:30:00Z'), 'Europe/Berlin')).toBe(true); // CEST
  expect(isOpen(nine, new Date('2026-03-30T08:30:00Z'), 'Europe/Berlin')).toBe(false);
});

test('the next opening: later today, after the break, after the weekend, in a week', () => {
  const next = (instant: string, hours = split) => nextOpening(hours, new Date(instant), shanghai);
  expect(next('2026-05-31T22:00:00Z')).toEqual({ span: span(1, 480, 720), days: 0 });
  expect(next('2026-06-01T04:30:00Z')).toEqual({ span: span(1, 810, 1080), days: 0 });
  expect(next('2026-06-05T11:00:00Z')).toEqual({ span: span(1, 480, 720), days: 3 });
  expect(next('2026-06-01T12:00:00Z', [span(1, 480, 720)])).toEqual({ span: span(1, 480, 720), days: 7 });
});
