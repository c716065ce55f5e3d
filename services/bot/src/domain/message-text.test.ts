import { systemTexts } from './data/system-texts';
import { clarifyText, cutText, fittingAnswer, joinAnswers } from './message-text';
import { splitSentences } from './sentences';

const FAMILY = '👨‍👩‍👧‍👦';

test('a text within the limit stays', () => {
  expect(cutText('abc', 3)).toBe('abc');
});

test.each([1, 2, 5, 11, 12, 13, 23, 24, 25])('never splits a grapheme at %i', (limit) => {
  const cut = cutText(FAMILY.repeat(5), limit);
  expect(cut.length).toBeLessThanOrEqual(limit);
  expect(cut.replace(/…$/, '').length % FAMILY.length).toBe(0);
});

test('cuts after a sentence where one ends in the second half', () => {
  expect(cutText('第一句话说完了。第二句很长很长', 12)).toBe('第一句话说完了。');
  expect(cutText('Costs 3.50 each. And so on and on', 20)).toBe('Costs 3.50 each.');
});

test('the full answer, else the short one, else the beginning', () => {
  expect(fittingAnswer({ answer: 'a'.repeat(10), short_answer: 'b' }, 10)).toBe('a'.repeat(10));
  expect(fittingAnswer({ answer: 'a'.repeat(11), short_answer: 'b' }, 10)).toBe('b');
  expect(fittingAnswer({ answer: 'a'.repeat(11) }, 10)).toBe(`${'a'.repeat(9)}…`);
});

test('joined answers stop before one that does not fit', () => {
  expect(joinAnswers([{ answer: 'aaa' }, { answer: 'bbb' }], 8)).toEqual({ text: 'aaa\n\nbbb', held: 2 });
  expect(joinAnswers([{ answer: 'aaa' }, { answer: 'bbbb' }], 8)).toEqual({ text: 'aaa', held: 1 });
  expect(joinAnswers([{ answer: 'aaaaaa', short_answer: 'a' }, { answer: 'bbbb' }], 8)).toEqual({
    text: 'aaaaaa',
    held: 1,
  });
});

test('a question back without menus is one numbered text within the limit', () => {
  const options = ['第一个问题？', '很'.repeat(600), '都不是'].map((label, i) => ({ id: String(i), label }));
  const text = clarifyText('哪一个？', options, systemTexts('zh'), { maxCharacters: 200, menu: false });
  expect(text.length).toBeLessThanOrEqual(200);
  expect(text.split('\n').map((line) => line.slice(0, 2))).toEqual(['哪一', '1.', '2.', '3.', '请回']);
  expect(clarifyText('哪一个？', options, systemTexts('zh'), { maxCharacters: 200, menu: true })).toBe(
    '哪一个？',
  );
});

test('sentences end at marks and lines, not at dots inside', () => {
  expect(
    splitSentences('发票怎么开？退货要几天\n3.5元的 shop.example 在哪。谢谢').map(
      (sentence) => sentence.text,
    ),
  ).toEqual(['发票怎么开？', '退货要几天', '3.5元的 shop.example 在哪。', '谢谢']);
  expect(splitSentences('I bought it. Can I return it?').map((sentence) => sentence.asks)).toEqual([
    false,
    true,
  ]);
  expect(splitSentences('a?'.repeat(5_000))).toHaveLength(8);
});
