const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    const number = '2-digit' as const;
    const date = { year: 'numeric', month: number, day: number } as const;
    const time = { hour: number, minute: number, second: number, hourCycle: 'h23' } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'iso8601', ...date, ...time });
    formats.set(timeZone, format);
  }
  return format;
}

/** What clocks show, as an instant of UTC. */
function wallClock(at: Date, timeZone: string): Date {
  const parts = new Map(
    formatFor(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): string => parts.get(name) ?? '';
  return new Date(
    `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}Z`,
  );
}

const offsetMs = (at: Date, timeZone: string): number =>
  wallClock(at, timeZone).getTime() - Math.floor(at.getTime() / 1000) * 1000;

const isoDay = (at: Date): string => at.toISOString().slice(0, 10);

/** A day and hour on the clocks of a time zone. */
export interface ZonedHour {
  /** YYYY-MM-DD. */
  day: string;
  /** 0 to 23. */
  hour: number;
}

/**
 * What clocks show at an instant.
 *
 * @param at the instant.
 * @param timeZone IANA name.
 * @returns the day and hour there.
 */
export function zonedHour(at: Date, timeZone: string): ZonedHour {
  const shown = wallClock(at, timeZone);
  return { day: isoDay(shown), hour: shown.getUTCHours() };
}

/**
 * When a day begins in a time zone; where clocks are put forward at midnight that is not 00:00.
 *
 * @param day YYYY-MM-DD.
 * @param timeZone IANA name.
 * @returns the first instant of the day.
 */
export function startOfDay(day: string, timeZone: string): Date {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // The offsets before and after a change of clocks: the day begins by one of them.
  const offsets = [-dayMs, dayMs].map((ms) => offsetMs(new Date(midnight + ms), timeZone));
  const begins = offsets
    .map((offset) => new Date(midnight - offset))
    .sort((a, b) => a.getTime() - b.getTime());
  return begins.find((at) => zonedHour(at, timeZone).day === day) ?? new Date(midnight);
}

/**
 * The day that is some days later.
 *
 * @param day YYYY-MM-DD.
 * @param days how many; below zero for earlier ones.
 * @returns YYYY-MM-DD.
 */
export const addDays = (day: string, days: number): string =>
  isoDay(new Date(Date.parse(`${day}T00:00:00Z`) + days * dayMs));

/**
 * Whether a text is a day of the calendar.
 *
 * @param text anything.
 * @returns true for such as 2026-02-28, false for 2026-02-30.
 */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && isoDay(new Date(at)) === text;
}
