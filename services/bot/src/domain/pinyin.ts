import { PINYIN_SYLLABLES } from './data/pinyin-syllables';

const SYLLABLE_OF = new Map<string, string>();
for (const [syllable, characters] of Object.entries(PINYIN_SYLLABLES)) {
  for (const character of characters) SYLLABLE_OF.set(character, syllable);
}
const SYLLABLES = new Set(Object.keys(PINYIN_SYLLABLES));
const LONGEST_SYLLABLE = 6;
/** Syllables of one letter or interjections; a Latin word made of them alone is no pinyin. */
const WEAK = new Set(['a', 'e', 'o', 'n', 'm', 'ng', 'ei', 'er', 'hm']);

/** The usual reading of a simplified character without its tone, or undefined outside GB 2312. */
export function syllableOf(character: string): string | undefined {
  return SYLLABLE_OF.get(character);
}

/**
 * Cuts a lower-case Latin word into pinyin syllables, as few as possible (`wuliu` → wu, liu).
 *
 * @returns the syllables, or undefined if the word can't be cut without a rest
 */
export function cutPinyin(word: string): string[] | undefined {
  if (word.length > 40) return undefined;
  const best: (string[] | undefined)[] = [[]];
  for (let end = 1; end <= word.length; end += 1) {
    for (let start = Math.max(0, end - LONGEST_SYLLABLE); start < end; start += 1) {
      const before = best[start];
      const syllable = word.slice(start, end);
      if (before === undefined || !SYLLABLES.has(syllable)) continue;
      const known = best[end];
      if (known === undefined || before.length + 1 < known.length) best[end] = [...before, syllable];
    }
  }
  return best[word.length];
}

/** English words that happen to be pinyin; a text of these is English. */
const ENGLISH_LOOKALIKES = new Set(
  (
    'a an can me men women he she we you hang long song sang ran fan man pan tan ban bang beng die pie lie tie hen pen ' +
    'den ten gun nun run sun bun dun fun change change bin ding ling ping sing wing hi ha no o to so do go la bi tu ' +
    'mini china manage are ai bug lung dong'
  ).split(' '),
);

/**
 * The syllables of a text that is Chinese written in Latin letters (`wuliu zenme bu geng xin`), else undefined. All
 * words must be pinyin, at least three syllables, and not mostly English words that look like pinyin.
 *
 * @param words lower-case Latin words
 */
export function readAsPinyin(words: readonly string[]): string[] | undefined {
  const syllables: string[] = [];
  let lookalikes = 0;
  for (const word of words) {
    const cut = cutPinyin(word);
    if (cut === undefined || cut.every((syllable) => WEAK.has(syllable))) return undefined;
    if (ENGLISH_LOOKALIKES.has(word)) lookalikes += 1;
    syllables.push(...cut);
  }
  return syllables.length >= 3 && lookalikes * 2 < words.length ? syllables : undefined;
}
