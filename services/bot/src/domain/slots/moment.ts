import { HAN_NUMERALS, numberOf } from './numerals';

/** A day, and the time of day where one is said. */
export interface Moment {
  /** `2026-11-28` */
  date: string;
  /** `15:00` */
  time?: string;
}

const DAY_MS = 86_400_000;
const NUM = `\\d{1,2}|[${HAN_NUMERALS}]{1,3}`;
const RELATIVE: readonly (readonly [RegExp, number])[] = [
  [/大后天|three days from now/i, 3],
  [/后天|day after tomorrow/i, 2],
  [/明天|明日|明早|明晚|\btomorrow\b/i, 1],
  [/大前天/, -3],
  [/前天|day before yesterday/i, -2],
  [/昨天|昨日|昨晚|\byesterday\b/i, -1],
  [/今天|今日|今早|今晚|现在|马上|\b(?:today|tonight|now)\b/i, 0],
];
const WEEKDAYS_EN = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const MONTHS_EN = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const WEEKDAY_ZH = /(下下|下|这|本)?(?:个)?(?:周|星期|礼拜)([一二三四五六日天])/;
const WEEKDAY_EN = new RegExp(`\\b(next\\s+)?(${WEEKDAYS_EN.join('|')})\\b`, 'i');
const FULL = /(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})/;
const MONTH_DAY_ZH = new RegExp(`(${NUM})\\s*月\\s*(\\d{1,2}|[${HAN_NUMERALS}]{1,3})\\s*[日号]?`);
const MONTH_DAY_EN = new RegExp(
  `\\b(${MONTHS_EN.join('|')})[a-z]*\\.?\\s+(\\d{1,2})(?:st|nd|rd|th)?\\b`,
  'i',
);
const DAY_MONTH_EN = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?\\s+(?:of\\s+)?(${MONTHS_EN.join('|')})`, 'i');
const AGO = new RegExp(`(${NUM})\\s*天(前|后)|\\b(?:in\\s+)?(\\d{1,2})\\s+days?(\\s+ago)?\\b`, 'i');
const CLOCK = /(?<!\d)(\d{1,2})[:：](\d{2})(?!\d)\s*(am|pm)?/i;
const HOUR_ZH = new RegExp(
  `(${NUM})\\s*点\\s*(半|一刻|三刻|(?:\\d{1,2}|[${HAN_NUMERALS}]{1,3})(?=分|$|[^\\d]))?`,
);
const HOUR_EN = /\b(\d{1,2})\s*(am|pm)\b|\bat\s+(\d{1,2})\b(?!\s*(?:am|pm|[:/]))/i;
const PARTS: readonly (readonly [RegExp, string, boolean])[] = [
  [/凌晨/, '01:00', false],
  [/早上|早晨|明早|今早|清晨/, '08:00', false],
  [/上午|\bmorning\b/i, '09:00', false],
  [/中午|\bnoon\b/i, '12:00', true],
  [/下午|\bafternoon\b/i, '14:00', true],
  [/傍晚|晚上|今晚|明晚|夜里|\b(?:evening|tonight|night)\b/i, '19:00', true],
];

const pad = (value: number): string => String(value).padStart(2, '0');

/** Days are counted at noon of UTC, so that no clock change moves one. */
function today(now: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(now);
  return Date.parse(`${parts}T12:00:00Z`);
}

const dateOf = (noon: number): string => new Date(noon).toISOString().slice(0, 10);

function fromParts(year: number, month: number, day: number): string | undefined {
  const date = `${year}-${pad(month)}-${pad(day)}`;
  const parsed = new Date(`${date}T12:00:00Z`);
  return Number.isNaN(parsed.getTime()) || parsed.getUTCDate() !== day ? undefined : date;
}

/** A day without a year is the next one: nobody asks for a visit eleven months ago. */
function nextDate(noon: number, month: number, day: number): string | undefined {
  const year = new Date(noon).getUTCFullYear();
  const date = fromParts(year, month, day);
  return date !== undefined && Date.parse(`${date}T12:00:00Z`) < noon - 180 * DAY_MS
    ? fromParts(year + 1, month, day)
    : date;
}

/** Weekdays from 0, Monday. */
function weekday(noon: number, wanted: number, weeks: number | undefined): string {
  const own = (new Date(noon).getUTCDay() + 6) % 7;
  if (weeks !== undefined) return dateOf(noon + (wanted - own + 7 * weeks) * DAY_MS);
  return dateOf(noon + ((wanted - own + 7) % 7) * DAY_MS);
}

function dayIn(text: string, noon: number): string | undefined {
  const full = FULL.exec(text);
  if (full) return fromParts(Number(full[1]), Number(full[2]), Number(full[3]));
  const zh = MONTH_DAY_ZH.exec(text);
  if (zh) return nextDate(noon, numberOf(zh[1] ?? '') ?? 0, numberOf(zh[2] ?? '') ?? 0);
  const monthOf = (name = ''): number => MONTHS_EN.indexOf(name.toLowerCase()) + 1;
  const en = MONTH_DAY_EN.exec(text);
  if (en) return nextDate(noon, monthOf(en[1]), Number(en[2]));
  const reversed = DAY_MONTH_EN.exec(text);
  if (reversed) return nextDate(noon, monthOf(reversed[2]), Number(reversed[1]));
  return relativeDay(text, noon);
}

function relativeDay(text: string, noon: number): string | undefined {
  const relative = RELATIVE.find(([pattern]) => pattern.test(text));
  if (relative) return dateOf(noon + relative[1] * DAY_MS);
  const ago = AGO.exec(text);
  if (ago) {
    const days = numberOf(ago[1] ?? ago[3] ?? '') ?? 0;
    return dateOf(noon + (ago[2] === '前' || ago[4] !== undefined ? -days : days) * DAY_MS);
  }
  const zh = WEEKDAY_ZH.exec(text);
  if (zh) {
    const weeks = zh[1] === undefined ? undefined : ['这', '本'].includes(zh[1]) ? 0 : zh[1].length;
    return weekday(noon, Math.min('一二三四五六日天'.indexOf(zh[2] ?? ''), 6), weeks);
  }
  const en = WEEKDAY_EN.exec(text);
  if (!en) return undefined;
  return weekday(noon, WEEKDAYS_EN.indexOf((en[2] ?? '').toLowerCase()), en[1] === undefined ? undefined : 1);
}

function minutesOf(text = ''): number {
  if (text === '') return 0;
  return ({ 半: 30, 一刻: 15, 三刻: 45 } as Record<string, number>)[text] ?? numberOf(text) ?? 0;
}

function timeIn(text: string): string | undefined {
  const part = PARTS.find(([pattern]) => pattern.test(text));
  const clock = CLOCK.exec(text);
  const zh = HOUR_ZH.exec(text);
  const en = HOUR_EN.exec(text);
  const half = (clock?.[3] ?? en?.[2])?.toLowerCase();
  const hour = numberOf(clock?.[1] ?? zh?.[1] ?? en?.[1] ?? en?.[3] ?? '');
  if (hour === undefined) return part?.[1];
  if (hour > 24) return undefined;
  const late = half === 'pm' || (half === undefined && part?.[2] === true);
  const full = late && hour < 12 ? hour + 12 : half === 'am' && hour === 12 ? 0 : hour % 24;
  const minutes = clock ? Number(clock[2]) : minutesOf(zh?.[2]);
  return minutes < 60 ? `${pad(full)}:${pad(minutes)}` : undefined;
}

/**
 * Reads a day and a time: `明天下午3点半`, `11月28日`, `下周一上午`, `tomorrow at 3 pm`, `Nov 28`. A time alone is today's.
 *
 * @param text in NFKC
 * @param now milliseconds since 1970
 * @param timeZone whose days they are
 */
export function momentIn(text: string, now: number, timeZone: string): Moment | undefined {
  const noon = today(now, timeZone);
  const date = dayIn(text, noon);
  const time = timeIn(text);
  if (date === undefined && time === undefined) return undefined;
  return { date: date ?? dateOf(noon), ...(time !== undefined && { time }) };
}
