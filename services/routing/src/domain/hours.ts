import type { OpeningHours } from '@omnigate/contracts';

const minutesPerDay = 1440;
const weekdays: Record<string, number> = { Mon: 1, Tue: 2, Wed: 3, Thu: 4, Fri: 5, Sat: 6, Sun: 7 };
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    const options = {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    } as const;
    format = new Intl.DateTimeFormat('en-US', options);
    formats.set(timeZone, format);
  }
  return format;
}

/** A moment of the week: weekday 1 (Monday) to 7, and minutes after midnight. */
export interface WeekMoment {
  weekday: number;
  minute: number;
}

/**
 * The weekday and minute of an instant in a time zone.
 *
 * @param at the instant.
 * @param timeZone IANA name.
 * @returns the moment of the week there.
 */
export function weekMoment(at: Date, timeZone: string): WeekMoment {
  const parts = Object.fromEntries(
    formatFor(timeZone)
      .formatToParts(at)
      .map((part) => [part.type, part.value]),
  );
  return {
    weekday: weekdays[parts.weekday ?? ''] ?? 1,
    minute: Number(parts.hour) * 60 + Number(parts.minute),
  };
}

/**
 * Whether a team is there.
 *
 * @param hours the team's weekly hours; none means always.
 * @param at the instant asked about.
 * @param timeZone the tenant's IANA time zone.
 * @returns true inside any span.
 */
export function isOpen(hours: readonly OpeningHours[], at: Date, timeZone: string): boolean {
  if (hours.length === 0) return true;
  const { weekday, minute } = weekMoment(at, timeZone);
  return hours.some(
    (span) => span.weekday === weekday && span.startMinute <= minute && minute < span.endMinute,
  );
}

/**
 * The next span that begins after an instant.
 *
 * @param hours the team's weekly hours, not empty.
 * @param at the instant.
 * @param timeZone the tenant's IANA time zone.
 * @returns the span, and in how many days it begins (0 today, 7 the same weekday next week).
 */
export function nextOpening(
  hours: readonly OpeningHours[],
  at: Date,
  timeZone: string,
): { span: OpeningHours; days: number } | undefined {
  const { weekday, minute } = weekMoment(at, timeZone);
  const wait = (span: OpeningHours): number => {
    const minutes = (span.weekday - weekday) * minutesPerDay + span.startMinute - minute;
    return minutes > 0 ? minutes : minutes + 7 * minutesPerDay;
  };
  const span = [...hours].sort((a, b) => wait(a) - wait(b))[0];
  return span && { span, days: Math.floor((minute + wait(span)) / minutesPerDay) };
}
