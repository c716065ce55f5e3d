import { foldText } from './normalise';
import { createPhraseTable, replacePhrases } from './phrase-table';

/** Finds any of some phrases in a folded text. */
export interface PhraseMatcher {
  test(folded: string): boolean;
  /** The text without them, blanks in their places. */
  cut(folded: string): string;
}

/** @param phrases in any case and character form; those in Latin letters match whole words */
export function createPhraseMatcher(phrases: readonly string[]): PhraseMatcher {
  const table = createPhraseTable(phrases.map(foldText).filter((phrase) => phrase !== ''));
  return {
    test(folded) {
      for (let place = 0; place < folded.length; place += 1) {
        if (table.at(folded, place) !== undefined) return true;
      }
      return false;
    },
    cut: (folded) => replacePhrases(table, folded, () => ' '),
  };
}

/** Finds out which of several lists of phrases a text meets, in one scan. */
export interface PhraseSorter<Label> {
  /** The first of the labels, in the order given, that has a phrase in the text. */
  first(folded: string): Label | undefined;
}

/** @param lists phrases with their label; a phrase of several lists belongs to the first */
export function createPhraseSorter<Label>(
  lists: readonly { label: Label; phrases: readonly string[] }[],
): PhraseSorter<Label> {
  const places = new Map<string, number>();
  for (const [place, { phrases }] of lists.entries()) {
    for (const phrase of phrases.map(foldText))
      if (phrase !== '' && !places.has(phrase)) places.set(phrase, place);
  }
  const table = createPhraseTable(places.keys());
  return {
    first(folded) {
      let best = lists.length;
      for (let i = 0; i < folded.length; i += 1) {
        const phrase = table.at(folded, i);
        if (phrase !== undefined) best = Math.min(best, places.get(phrase) ?? best);
      }
      return lists[best]?.label;
    },
  };
}

/** A folded text without marks and blanks, for comparing whole messages. */
export function bareText(folded: string): string {
  const bare = folded.replace(/[^\p{L}\p{M}\p{N}]+/gu, '');
  return bare === '' ? folded.replace(/\s+/g, '') : bare;
}
