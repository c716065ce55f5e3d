import type { NotTold } from './business-event';
import type { NoticeLanguage } from './language';

const reasons: Record<NotTold, Record<NoticeLanguage, string>> = {
  CONTACT_UNKNOWN: { zh: '找不到这位客户', en: 'the customer is not known' },
  NO_CHANNEL: { zh: '没有能联系到客户的渠道', en: 'no channel reaches the customer' },
  RECIPIENT_OPTED_OUT: { zh: '客户已退订', en: 'the customer wants no messages' },
  WINDOW_CLOSED: { zh: '平台的回复时限已过', en: 'the provider’s reply window is closed' },
  REPLY_LIMIT_REACHED: {
    zh: '平台在客户再次来信前不再接收消息',
    en: 'the provider takes no more messages until the customer writes',
  },
};

/**
 * The note by which agents learn that a customer was not told of an event.
 *
 * @param event its name, and what was to be told.
 * @param reason why not.
 * @param language of the team.
 * @returns the note's text.
 */
export function notToldNote(
  event: { name: string; text: string },
  reason: NotTold,
  language: NoticeLanguage,
): string {
  const why = reasons[reason][language];
  return language === 'zh'
    ? `未能告知客户（${event.name}）：${why}。内容：${event.text}`
    : `The customer was not told (${event.name}): ${why}. What was to be said: ${event.text}`;
}
