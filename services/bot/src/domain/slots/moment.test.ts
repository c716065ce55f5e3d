import { momentIn } from './moment';

/** Thursday, 26 November 2026, 10:00 in Shanghai. */
const NOW = Date.UTC(2026, 10, 26, 2);

test.each([
  ['明天下午3点半', '2026-11-27', '15:30'],
  ['明天下午三点一刻', '2026-11-27', '15:15'],
  ['后天上午', '2026-11-28', '09:00'],
  ['大后天', '2026-11-29', undefined],
  ['今晚8点', '2026-11-26', '20:00'],
  ['昨天', '2026-11-25', undefined],
  ['三天后', '2026-11-29', undefined],
  ['三天前', '2026-11-23', undefined],
  ['11月28日 14:30', '2026-11-28', '14:30'],
  ['十二月一号', '2026-12-01', undefined],
  ['2026年12月3日', '2026-12-03', undefined],
  ['2026-12-03 09:05', '2026-12-03', '09:05'],
  ['1月5日', '2027-01-05', undefined],
  ['周六', '2026-11-28', undefined],
  ['这周日上午十点', '2026-11-29', '10:00'],
  ['下周一', '2026-11-30', undefined],
  ['下下周一', '2026-12-07', undefined],
  ['中午12点', '2026-11-26', '12:00'],
  ['tomorrow at 3 pm', '2026-11-27', '15:00'],
  ['tomorrow at 3:15pm', '2026-11-27', '15:15'],
  ['the day after tomorrow in the morning', '2026-11-28', '09:00'],
  ['Saturday', '2026-11-28', undefined],
  ['next Monday', '2026-11-30', undefined],
  ['Nov 28', '2026-11-28', undefined],
  ['28th of November at 10', '2026-11-28', '10:00'],
  ['in 3 days', '2026-11-29', undefined],
  ['3 days ago', '2026-11-23', undefined],
  ['12 am', '2026-11-26', '00:00'],
])('%s', (text, date, time) => {
  expect(momentIn(text, NOW, 'Asia/Shanghai')).toEqual({ date, ...(time && { time }) });
});

test.each(['随时', 'any time', '2026-02-31', '25点'])('%s is none', (text) => {
  expect(momentIn(text, NOW, 'Asia/Shanghai')).toBeUndefined();
});

test("days are the tenant's", () => {
  expect(momentIn('明天', Date.UTC(2026, 10, 26, 17), 'Asia/Shanghai')?.date).toBe('2026-11-28');
  expect(momentIn('tomorrow', Date.UTC(2026, 10, 26, 17), 'America/New_York')?.date).toBe('2026-11-27');
});
