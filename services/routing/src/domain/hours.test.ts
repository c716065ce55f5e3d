import type { OpeningHours } from '@omnigate/contracts';
import { isOpen, nextOpening, weekMoment } from './hours';

const at = (text: string): Date => new Date(text);
const span = (weekday: number, from: string, to: string): OpeningHours => {
  const minute = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  return { weekday, startMinute: minute(from), endMinute: minute(to) };
};
/** Split shifts from Monday to Friday. */
const office = [1, 2, 3, 4, 5].flatMap((day) => [span(day, '08:00', '12:00'), span(day, '13:30', '18:00')]);

describe('weekMoment', () => {
  test.each([
    // 2026-11-26 is a Thursday.
    { zone: 'UTC', instant: '2026-11-26T00:00:00Z', weekday: 4, minute: 0 },
    { zone: 'UTC', instant: '2026-11-26T23:59:59.999Z', weekday: 4, minute: 1439 },
    { zone: 'Asia/Shanghai', instant: '2026-11-26T16:00:00Z', weekday: 5, minute: 0 },
    { zone: 'America/Los_Angeles', instant: '2026-11-26T07:59:00Z', weekday: 3, minute: 1439 },
    { zone: 'Asia/Kathmandu', instant: '2026-11-26T00:00:00Z', weekday: 4, minute: 345 },
    { zone: 'Pacific/Kiritimati', instant: '2026-11-29T10:00:00Z', weekday: 1, minute: 0 },
    { zone: 'UTC', instant: '2026-11-29T12:00:00Z', weekday: 7, minute: 720 },
  ])('$instant in $zone', ({ zone, instant, weekday, minute }) => {
    expect(weekMoment(at(instant), zone)).toEqual({ weekday, minute });
  });

  test('the hour that summer time skips, and the one that winter time repeats', () => {
    // 2026-03-29 01:00 UTC: 02:00 becomes 03:00 in Berlin; 2026-10-25 01:00 UTC: 03:00 becomes 02:00.
    const minutes = (instant: string) => weekMoment(at(instant), 'Europe/Berlin').minute;
    expect([minutes('2026-03-29T00:59:00Z'), minutes('2026-03-29T01:00:00Z')]).toEqual([119, 180]);
    expect([minutes('2026-10-25T00:30:00Z'), minutes('2026-10-25T01:30:00Z')]).toEqual([150, 150]);
  });

  test('a time zone that there is not is an error, never another zone', () => {
    expect(() => weekMoment(at('2026-11-26T00:00:00Z'), 'Mars/Olympus')).toThrow(RangeError);
  });
});

describe('isOpen', () => {
  test('a team without hours is always there', () => {
    expect(isOpen([], at('2026-11-29T03:00:00Z'), 'Asia/Shanghai')).toBe(true);
  });

  test.each([
    { time: '07:59', open: false },
    { time: '08:00', open: true },
    { time: '11:59', open: true },
    { time: '12:00', open: false },
    { time: '13:29', open: false },
    { time: '13:30', open: true },
    { time: '17:59', open: true },
    { time: '18:00', open: false },
  ])('a split shift at $time: $open', ({ time, open }) => {
    expect(isOpen(office, at(`2026-11-26T${time}:00+08:00`), 'Asia/Shanghai')).toBe(open);
    expect(isOpen(office, at(`2026-11-28T${time}:00+08:00`), 'Asia/Shanghai')).toBe(false);
  });

  test('hours are those of the zone, not of the server', () => {
    const friday = at('2026-11-27T00:30:00Z');
    expect(isOpen(office, friday, 'Asia/Shanghai')).toBe(true);
    expect(isOpen(office, friday, 'UTC')).toBe(false);
    expect(isOpen(office, friday, 'America/New_York')).toBe(false);
  });

  test('a night shift over Sunday’s midnight, in two spans', () => {
    const night = [span(7, '22:00', '24:00'), span(1, '00:00', '06:00')];
    const open = (instant: string) => isOpen(night, at(instant), 'UTC');
    expect(['2026-11-29T21:59:00Z', '2026-11-29T22:00:00Z', '2026-11-29T23:59:59Z'].map(open)).toEqual([
      false,
      true,
      true,
    ]);
    expect(['2026-11-30T00:00:00Z', '2026-11-30T05:59:59Z', '2026-11-30T06:00:00Z'].map(open)).toEqual([
      true,
      true,
      false,
    ]);
    expect(open('2026-12-01T00:00:00Z')).toBe(false);
  });

  test('on the day that summer time begins, hours are by the clock on the wall', () => {
    const sunday = [span(7, '08:00', '18:00')];
    // Berlin is an hour from UTC before 2026-03-29 01:00 UTC, two after it.
    expect(isOpen(sunday, at('2026-03-29T06:00:00Z'), 'Europe/Berlin')).toBe(true);
    expect(isOpen(sunday, at('2026-03-29T05:59:00Z'), 'Europe/Berlin')).toBe(false);
    expect(isOpen(sunday, at('2026-03-22T06:00:00Z'), 'Europe/Berlin')).toBe(false);
  });
});

describe('nextOpening', () => {
  const next = (hours: OpeningHours[], instant: string, zone = 'UTC') => {
    const found = nextOpening(hours, at(instant), zone);
    return found && { weekday: found.span.weekday, start: found.span.startMinute, days: found.days };
  };

  test.each([
    { name: 'before the first span', instant: '2026-11-26T06:00:00Z', weekday: 4, start: 480, days: 0 },
    { name: 'between the spans', instant: '2026-11-26T12:30:00Z', weekday: 4, start: 810, days: 0 },
    { name: 'after the last', instant: '2026-11-26T18:00:00Z', weekday: 5, start: 480, days: 1 },
    { name: 'over the weekend', instant: '2026-11-27T18:00:00Z', weekday: 1, start: 480, days: 3 },
    { name: 'late on Sunday', instant: '2026-11-29T23:59:00Z', weekday: 1, start: 480, days: 1 },
    { name: 'at midnight', instant: '2026-11-30T00:00:00Z', weekday: 1, start: 480, days: 0 },
  ])('$name', ({ instant, weekday, start, days }) => {
    expect(next(office, instant)).toEqual({ weekday, start, days });
    // The order in which spans were given makes no difference.
    expect(next(office.toReversed(), instant)).toEqual({ weekday, start, days });
  });

  test('the only span is over: the same weekday next week', () => {
    expect(next([span(4, '08:00', '12:00')], '2026-11-26T12:00:00Z')).toEqual({
      weekday: 4,
      start: 480,
      days: 7,
    });
  });

  test('today and tomorrow are the zone’s', () => {
    // 23:30 on Thursday in Shanghai: it is still Thursday there, and Friday's opening is tomorrow.
    expect(next(office, '2026-11-26T15:30:00Z', 'Asia/Shanghai')).toEqual({
      weekday: 5,
      start: 480,
      days: 1,
    });
    // 00:30 on Friday: it is today's.
    expect(next(office, '2026-11-26T16:30:00Z', 'Asia/Shanghai')).toEqual({
      weekday: 5,
      start: 480,
      days: 0,
    });
  });
});
