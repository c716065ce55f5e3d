import { slotOf, slotStart } from './slot';
import { addDays, isDay, startOfDay, zonedHour } from './zoned-day';

describe('days of a time zone', () => {
  test.each([
    ['UTC', '2026-03-03', '2026-03-03T00:00:00Z'],
    ['Asia/Shanghai', '2026-03-03', '2026-03-02T16:00:00Z'],
    // UTC+05:45
    ['Asia/Kathmandu', '2026-03-03', '2026-03-02T18:15:00Z'],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00:00Z'],
    // Clocks went forward at 02:00 on the 8th.
    ['America/New_York', '2026-03-09', '2026-03-09T04:00:00Z'],
    // Midnight itself does not exist: 23:59:59 is followed by 01:00.
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00Z'],
    // Clocks went back from midnight to 23:00: the day begins at the second midnight.
    ['Africa/Cairo', '2026-10-30', '2026-10-29T22:00:00Z'],
    ['Pacific/Kiritimati', '2026-03-03', '2026-03-02T10:00:00Z'],
  ])('%s: %s begins at %s', (zone, day, at) => {
    expect(startOfDay(day, zone)).toEqual(new Date(at));
    expect(zonedHour(startOfDay(day, zone), zone).day).toBe(day);
    expect(zonedHour(new Date(Date.parse(at) - 1_000), zone).day).toBe(addDays(day, -1));
  });

  test.each([
    ['Europe/Berlin', '2026-03-29', 92],
    ['Europe/Berlin', '2026-10-25', 100],
    ['Asia/Kathmandu', '2026-10-25', 96],
    ['Australia/Lord_Howe', '2026-10-04', 94],
  ])('in %s %s has %d buckets, and each is of that day', (zone, day, length) => {
    const from = slotOf(startOfDay(day, zone));
    const to = slotOf(startOfDay(addDays(day, 1), zone));
    expect(to - from).toBe(length);
    expect(slotStart(from)).toEqual(startOfDay(day, zone));
    const days = Array.from({ length }, (_, index) => zonedHour(slotStart(from + index), zone).day);
    expect(new Set(days)).toEqual(new Set([day]));
  });

  test('hours are those that clocks show', () => {
    expect(zonedHour(new Date('2026-03-03T18:14:59Z'), 'Asia/Kathmandu')).toEqual({
      ...{ day: '2026-03-03', hour: 23 },
    });
    expect(zonedHour(new Date('2026-03-03T18:15:00Z'), 'Asia/Kathmandu')).toEqual({
      ...{ day: '2026-03-04', hour: 0 },
    });
  });

  test('days of the calendar', () => {
    expect(['2026-02-28', '2028-02-29', '2026-02-29', '2026-2-1', 'today', ''].map(isDay)).toEqual([
      ...[true, true, false, false, false, false],
    ]);
    expect([addDays('2026-02-28', 1), addDays('2026-01-01', -1)]).toEqual(['2026-03-01', '2025-12-31']);
  });
});
