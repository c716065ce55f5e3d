import { type QueueNotice, queueNotice } from './notices';

// Monday 2026-06-01, 20:00 in Shanghai.
const at = new Date('2026-06-01T12:00:00Z');
const notice = (more: Partial<QueueNotice>): string =>
  queueNotice({
    language: 'zh',
    opening: '',
    place: 2,
    open: true,
    hours: [],
    at,
    timeZone: 'Asia/Shanghai',
    ...more,
  });
const span = (weekday: number, startMinute = 540, endMinute = 1080) => ({ weekday, startMinute, endMinute });

test('while people are there it tells the place, behind what the bot said', () => {
  expect(notice({})).toBe('正在为您转接人工客服。您当前排在第 2 位，请稍候。');
  expect(notice({ language: 'en', opening: 'Of course.' })).toBe('Of course. You are number 2 in the queue.');
});

test.each([
  [span(1, 1290, 1380), '今天 21:30–23:00', 'today 21:30–23:00'],
  [span(2), '周二 09:00–18:00', 'on Tuesday 09:00–18:00'],
  [span(7, 0, 1440), '周日 00:00–24:00', 'on Sunday 00:00–24:00'],
  // Over for today: the same day of next week.
  [span(1), '周一 09:00–18:00', 'on Monday 09:00–18:00'],
])('while nobody is there it tells when they are: %j', (hours, chinese, english) => {
  const closed = { open: false, hours: [hours] };
  expect(notice(closed)).toContain(`下次上线：${chinese}。`);
  expect(notice({ ...closed, language: 'en' })).toContain(`will be back ${english}.`);
});

test('the nearest of several spans is told, across the end of the week', () => {
  const sunday = new Date('2026-06-07T12:00:00Z');
  expect(notice({ open: false, hours: [span(5), span(2), span(1)], at: sunday })).toContain('周一 09:00');
});

test('it never needs more room than the bot leaves', () => {
  for (const language of ['zh', 'en'] as const) {
    for (const weekday of [1, 2, 3, 4, 5, 6, 7]) {
      for (const open of [true, false]) {
        const text = notice({ language, opening: '.', place: 1_000_000, open, hours: [span(weekday)] });
        expect(text.length - 1).toBeLessThanOrEqual(160);
      }
    }
  }
});
