/** Finds the longest of many phrases at a place of a text; a scan costs a table look-up a character. */
export interface PhraseTable {
  /** The longest phrase that starts at a place, or undefined. */
  at(text: string, place: number): string | undefined;
}

const HAN = /\p{Script=Han}/u;
const isLatin = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 39;
// Collisions only cost a comparison.
const keyOf = (text: string, place: number): number =>
  (text.charCodeAt(place) << 15) ^ text.charCodeAt(place + 1);

interface Entry {
  phrase: string;
  /** Phrases in Latin letters match whole words only. */
  wholeWords: boolean;
}

const fits = (text: string, place: number, entry: Entry): boolean => {
  if (!text.startsWith(entry.phrase, place)) return false;
  if (!entry.wholeWords) return true;
  const end = place + entry.phrase.length;
  return (
    !(place > 0 && isLatin(text.charCodeAt(place - 1))) &&
    !(end < text.length && isLatin(text.charCodeAt(end)))
  );
};

/** @param phrases folded (foldText), not empty */
export function createPhraseTable(phrases: Iterable<string>): PhraseTable {
  const pairs = new Map<number, Entry[]>();
  const singles = new Map<number, Entry>();
  for (const phrase of new Set(phrases)) {
    const entry = { phrase, wholeWords: !HAN.test(phrase) };
    if (phrase.length === 1) singles.set(phrase.charCodeAt(0), entry);
    else pairs.set(keyOf(phrase, 0), [...(pairs.get(keyOf(phrase, 0)) ?? []), entry]);
  }
  for (const entries of pairs.values()) entries.sort((a, b) => b.phrase.length - a.phrase.length);
  return {
    at(text, place) {
      const entries = pairs.get(keyOf(text, place));
      if (entries !== undefined)
        for (const entry of entries) if (fits(text, place, entry)) return entry.phrase;
      const single = singles.size === 0 ? undefined : singles.get(text.charCodeAt(place));
      return single !== undefined && fits(text, place, single) ? single.phrase : undefined;
    },
  };
}

/**
 * Replaces each phrase once, from left to right, the longest first.
 *
 * @param replacement of a phrase
 */
export function replacePhrases(
  table: PhraseTable,
  text: string,
  replacement: (phrase: string) => string,
): string {
  let out = '';
  let from = 0;
  for (let place = 0; place < text.length; ) {
    const phrase = table.at(text, place);
    if (phrase === undefined) {
      place += 1;
      continue;
    }
    out += text.slice(from, place) + replacement(phrase);
    place += phrase.length;
    from = place;
  }
  return from === 0 ? text : out + text.slice(from);
}
