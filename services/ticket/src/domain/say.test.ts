import { repair } from '../../testing/declared';
import { dueText } from './due-text';
import { say } from './say';
import { summaryOf } from './summary';

test('puts values in, and never into values', () => {
  const texts = { zh: '{number}：{result}', en: '{result}' };
  expect(say(texts, 'zh', { number: '1', result: '{number}' })).toBe('1：{number}');
  expect(say(texts, 'en', {})).toBe('');
  expect(say({ en: 'only {number}' }, 'zh', { number: '1' })).toBe('only 1');
});

test('leaves no blank where nothing was said', () => {
  expect(say({ en: 'Done. {result}\n{confirm}' }, 'en', { confirm: 'Solved?' })).toBe('Done.\nSolved?');
});

test('a summary shows what is required, and is cut between characters', () => {
  expect(summaryOf(repair, { building: '1', problem: 'a\nb', floor: 3 }, 'en')).toBe('Repair Building 1 a b');
  const long = summaryOf(repair, { building: '2', problem: '😀'.repeat(200) }, 'zh');
  expect([...long]).toHaveLength(120);
  expect(long.isWellFormed()).toBe(true);
});

test('times are the tenant’s', () => {
  const time = new Date('2026-11-26T16:30:00Z');
  expect(dueText(time, 'zh', 'Asia/Shanghai')).toBe('11月27日 00:30');
  expect(dueText(time, 'en', 'Europe/London')).toBe('26 Nov, 16:30');
});
