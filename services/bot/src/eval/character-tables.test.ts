import { PINYIN_SYLLABLES } from '../domain/data/pinyin-syllables';
import { SIMPLIFIED_CHARACTERS, TRADITIONAL_CHARACTERS } from '../domain/data/traditional-characters';
import { charactersBySyllable, traditionalPairs } from './generate-character-tables';

test("the table of traditional characters is OpenCC's", () => {
  const pairs = traditionalPairs();
  expect(pairs.length).toBeGreaterThan(2_500);
  expect(TRADITIONAL_CHARACTERS).toBe(pairs.map(([traditional]) => traditional).join(''));
  expect(SIMPLIFIED_CHARACTERS).toBe(pairs.map(([, simplified]) => simplified).join(''));
});

test("the table of pinyin is pinyin-pro's", () => {
  expect(new Map(Object.entries(PINYIN_SYLLABLES))).toEqual(charactersBySyllable());
});
