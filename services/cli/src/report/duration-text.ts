import type { ReportTexts } from './report-texts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * A duration for people, in its two largest units.
 *
 * @param seconds how long.
 * @param units their names.
 * @returns such as "0.4 s", "45 s", "2 min 5 s" or "1 d 3 h".
 */
export function durationText(seconds: number, units: ReportTexts['units']): string {
  if (seconds < 10) return `${Math.ceil(seconds * 10) / 10} ${units.seconds}`;
  const whole = Math.round(seconds);
  if (whole < minute) return `${whole} ${units.seconds}`;
  if (whole < hour) return pair([whole, minute, units.minutes], [1, units.seconds]);
  if (whole < day) return pair([whole, hour, units.hours], [minute, units.minutes]);
  return pair([whole, day, units.days], [hour, units.hours]);
}

function pair([whole, unit, name]: [number, number, string], [small, smallName]: [number, string]): string {
  const rest = Math.floor((whole % unit) / small);
  const large = `${Math.floor(whole / unit)} ${name}`;
  return rest === 0 ? large : `${large} ${rest} ${smallName}`;
}
