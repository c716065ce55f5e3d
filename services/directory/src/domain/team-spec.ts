import { z } from 'zod';
import { text } from './text';

/** Days of the week as a team's hours name them; Monday is weekday 1. */
export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const timeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, {
  error: 'must be a time of day in quotes, "00:00" to "24:00"',
});

const openSpan = z
  .strictObject({ days: z.array(z.enum(days)).min(1).max(7), from: timeOfDay, to: timeOfDay })
  .refine((span) => span.from !== span.to, {
    path: ['to'],
    error: 'must differ from `from`; "00:00" to "24:00" is all day',
  });

/** spec of a Team; a span whose `to` is before its `from` ends on the next day. */
export const teamSpec = z.strictObject({
  title: text(200).optional(),
  hours: z.array(openSpan).max(50).optional(),
  offer_seconds: z.int().min(5).max(3600).default(30),
});

/** One span of the week: weekday 1 to 7, minutes after midnight, the end exclusive. */
export interface WeeklySpan {
  weekday: number;
  startMinute: number;
  endMinute: number;
}

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

const spansOn = (weekday: number, start: number, end: number): WeeklySpan[] => {
  if (start < end) return [{ weekday, startMinute: start, endMinute: end }];
  const evening = { weekday, startMinute: start, endMinute: 1440 };
  const morning = { weekday: (weekday % 7) + 1, startMinute: 0, endMinute: end };
  return [evening, morning].filter((span) => span.startMinute < span.endMinute);
};

/**
 * Spreads a team's hours over the week; a span over midnight becomes two.
 *
 * @param hours spec.hours; absent means always open
 * @returns spans sorted by weekday and start; none means always open
 */
export function weeklySpans(hours: z.infer<typeof teamSpec>['hours']): WeeklySpan[] {
  return (hours ?? [])
    .flatMap((span) =>
      span.days.flatMap((day) => spansOn(days.indexOf(day) + 1, minuteOf(span.from), minuteOf(span.to))),
    )
    .sort((left, right) => left.weekday - right.weekday || left.startMinute - right.startMinute);
}
