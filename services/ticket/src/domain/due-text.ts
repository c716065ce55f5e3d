import type { Language } from '@omnigate/ticket-form';

const locales: Record<Language, string> = { zh: 'zh-CN', en: 'en-GB' };

/**
 * Says a time as a worker reads it.
 *
 * @param time the time
 * @param language the reader's
 * @param timeZone the tenant's, such as `Asia/Shanghai`
 * @returns such as `11月27日 18:00`
 */
export function dueText(time: Date, language: Language, timeZone: string): string {
  return new Intl.DateTimeFormat(locales[language], {
    timeZone,
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(time);
}
