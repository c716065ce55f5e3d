import type { OpeningHours } from '@omnigate/contracts';
import type { NoticeLanguage } from './language';
import { type QueueNotice, queueNotice } from './notices';

const hours: OpeningHours[] = [
  { weekday: 1, startMinute: 480, endMinute: 720 },
  { weekday: 1, startMinute: 810, endMinute: 1080 },
];
const notice = (o: Partial<QueueNotice> & { language: NoticeLanguage }): string =>
  queueNotice({
    opening: '',
    place: 3,
    open: true,
    hours: [],
    at: new Date('2026-11-26T12:00:00Z'),
    timeZone: 'UTC',
    ...o,
  });

test.each<{ language: NoticeLanguage; text: string }>([
  { language: 'zh', text: '正在为您转接人工客服。您当前排在第 3 位，请稍候。' },
  { language: 'en', text: 'A colleague will help you. You are number 3 in the queue.' },
])('open, $language: one text with the place', ({ language, text }) => {
  expect(notice({ language })).toBe(text);
  expect(notice({ language, hours })).toBe(text);
});

test.each<{ language: NoticeLanguage; at: string; when: string }>([
  { language: 'zh', at: '2026-11-30T07:59:00Z', when: '今天 08:00–12:00' },
  { language: 'en', at: '2026-11-30T07:59:00Z', when: 'today 08:00–12:00' },
  { language: 'zh', at: '2026-11-30T12:00:00Z', when: '今天 13:30–18:00' },
  { language: 'zh', at: '2026-11-30T18:00:00Z', when: '周一 08:00–12:00' },
  { language: 'en', at: '2026-11-26T12:00:00Z', when: 'on Monday 08:00–12:00' },
])('closed, $language at $at: when people are there, and the place', ({ language, at, when }) => {
  const text = notice({ language, open: false, hours, at: new Date(at) });
  expect(text).toContain(when);
  expect(text).toContain(language === 'zh' ? '第 3 位' : 'number 3');
});

test('closed: the day is the tenant’s', () => {
  // 20:00 on Sunday in UTC is 04:00 on Monday in Shanghai.
  const at = new Date('2026-11-29T20:00:00Z');
  expect(notice({ language: 'zh', open: false, hours, at, timeZone: 'Asia/Shanghai' })).toContain('今天');
  expect(notice({ language: 'zh', open: false, hours, at })).toContain('周一');
});

test('what the bot says comes first, and takes the place of the standard sentence', () => {
  expect(notice({ language: 'zh', opening: '这个问题我请同事来回答。' })).toBe(
    '这个问题我请同事来回答。您当前排在第 3 位，请稍候。',
  );
  expect(notice({ language: 'en', opening: 'Let me ask a colleague.' })).toBe(
    'Let me ask a colleague. You are number 3 in the queue.',
  );
});

test.each<NoticeLanguage>(['zh', 'en'])('%s: without an opening it fits into 300 characters', (language) => {
  const longest = { open: false, hours, place: 100_000, at: new Date('2026-11-26T12:00:00Z') };
  expect([...notice({ language, ...longest })].length).toBeLessThan(300);
});

test('midnight is shown as 24:00', () => {
  const night = [{ weekday: 4, startMinute: 1320, endMinute: 1440 }];
  expect(notice({ language: 'en', open: false, hours: night })).toContain('today 22:00–24:00');
});
