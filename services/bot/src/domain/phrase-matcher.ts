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

/** A folded text without marks and blanks, for comparing whole messages. */
export function bareText(folded: string): string {
  const bare = folded.replace(/[^\p{L}\p{M}\p{N}]+/gu, '');
  return bare === '' ? folded.replace(/\s+/g, '') : bare;
}
