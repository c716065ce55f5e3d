import { z } from 'zod';
import { text } from './text';

const isTimeZone = (name: string): boolean => {
  try {
    return (
      /^[A-Za-z]/.test(name) &&
      new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat
    );
  } catch {
    return false;
  }
};

const isLocale = (tag: string): boolean => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
};

/** A conversation of the bot ends when the customer has not written for so long. */
export const defaultIdleHours = 24;
const longestIdleHours = 24 * 365;

/** spec of a Tenant. */
export const tenantSpec = z.strictObject({
  title: text(200).optional(),
  time_zone: text(64)
    .refine(isTimeZone, { error: 'must be an IANA time zone, such as Asia/Shanghai' })
    .default('Asia/Shanghai'),
  locale: text(35).refine(isLocale, { error: 'must be a BCP 47 tag, such as zh-CN or en' }).default('zh-CN'),
  idle_hours: z.number().positive().max(longestIdleHours).default(defaultIdleHours),
});
