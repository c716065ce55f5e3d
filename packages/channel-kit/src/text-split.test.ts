import { splitText, type TextUnit, textLength } from './text-split';

const family = '👩‍👩‍👧‍👦';

test.each<[TextUnit, string, number]>([
  ['characters', 'añ😀', 3],
  ['utf16', 'añ😀', 4],
  ['bytes', 'añ😀', 7],
  ['gsm', 'a€[', 5],
  ['gsm', '你好', 2],
])('%s of %s', (unit, text, length) => {
  expect(textLength(text, unit)).toBe(length);
});

describe.each<TextUnit>(['characters', 'utf16', 'bytes', 'gsm'])('split by %s', (unit) => {
  test.each([
    ['letters', 'a'.repeat(500)],
    ['words', 'one two three four five six seven '.repeat(20)],
    ['Chinese', '物业费怎么交？'.repeat(50)],
    ['emoji families', family.repeat(40)],
    ['letters with accents', 'e\u0301o\u0308'.repeat(100)],
    ['flags', '🇨🇳🇬🇧'.repeat(50)],
    ['a mix', `hello ${family} 你好 e\u0301 €[] `.repeat(15)],
  ])('%s: parts fit, hold whole graphemes, and joined are the text', (_name, text) => {
    const limit = 60;
    const parts = splitText(text, { unit, limit });
    expect(parts.join('')).toBe(text);
    for (const part of parts) {
      expect(part).not.toBe('');
      expect(textLength(part, unit)).toBeLessThanOrEqual(limit);
    }
    const graphemes = (value: string) => [...new Intl.Segmenter().segment(value)].length;
    expect(parts.reduce((sum, part) => sum + graphemes(part), 0)).toBe(graphemes(text));
  });
});

test('a word stays whole where a blank is near', () => {
  expect(splitText('aaaa bbbb cccc', { unit: 'characters', limit: 10 })).toEqual(['aaaa bbbb ', 'cccc']);
});

test('one grapheme longer than the limit is cut by code points', () => {
  const parts = splitText(family, { unit: 'characters', limit: 3 });
  expect(parts.join('')).toBe(family);
  for (const part of parts) expect(part.isWellFormed()).toBe(true);
});
