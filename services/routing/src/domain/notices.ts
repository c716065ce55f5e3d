import type { OpeningHours } from '@omnigate/contracts';
import { nextOpening } from './hours';
import type { NoticeLanguage } from './language';

const weekdayNames: Record<NoticeLanguage, string[]> = {
  zh: ['周一', '周二', '周三', '周四', '周五', '周六', '周日'],
  en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
};

function clockText(minutes: number): string {
  const hour = String(Math.floor(minutes / 60)).padStart(2, '0');
  return `${hour}:${String(minutes % 60).padStart(2, '0')}`;
}

function openingText(
  language: NoticeLanguage,
  hours: readonly OpeningHours[],
  at: Date,
  timeZone: string,
): string {
  const next = nextOpening(hours, at, timeZone);
  if (!next) return '';
  const span = `${clockText(next.span.startMinute)}–${clockText(next.span.endMinute)}`;
  if (next.days === 0) return language === 'zh' ? `今天 ${span}` : `today ${span}`;
  const day = weekdayNames[language][next.span.weekday - 1];
  return language === 'zh' ? `${day} ${span}` : `on ${day} ${span}`;
}

/** What a queue notice needs to know. */
export interface QueueNotice {
  language: NoticeLanguage;
  /** What to say before the place, in the same language; a plain sentence when empty. */
  opening: string;
  /** Place from 1. */
  place: number;
  open: boolean;
  hours: readonly OpeningHours[];
  at: Date;
  timeZone: string;
}

const openings: Record<NoticeLanguage, string> = {
  zh: '正在为您转接人工客服。',
  en: 'A colleague will help you.',
};

/**
 * The one message that tells a customer that a person will answer: the handoff and the place in the queue, or outside
 * a team's hours when people are there.
 *
 * @param notice what is to be told.
 * @returns the text, at most 160 characters besides the opening: the bot leaves so much room in its own.
 */
export function queueNotice(notice: QueueNotice): string {
  const { language, place } = notice;
  const opening = notice.opening || openings[language];
  const gap = language === 'zh' ? '' : ' ';
  if (notice.open) {
    const placeText =
      language === 'zh' ? `您当前排在第 ${place} 位，请稍候。` : `You are number ${place} in the queue.`;
    return `${opening}${gap}${placeText}`;
  }
  const when = openingText(language, notice.hours, notice.at, notice.timeZone);
  const closed =
    language === 'zh'
      ? `现在是非人工服务时间，人工客服下次上线：${when}。您的问题已记录，目前排在第 ${place} 位，上线后会尽快回复您。`
      : `Our team is away now and will be back ${when}. Your request is kept as number ${place} in the queue, and we will answer then.`;
  return `${opening}${gap}${closed}`;
}
