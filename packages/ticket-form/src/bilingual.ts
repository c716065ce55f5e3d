/** A text for people in at least one of both languages. */
export interface Bilingual {
  zh?: string | undefined;
  en?: string | undefined;
}

/** A language that people are told in. */
export type Language = 'zh' | 'en';

/**
 * Chooses a text by language.
 *
 * @param texts at least one of them
 * @param language the reader's
 * @returns that text, or the other where it is the only one
 */
export const textIn = (texts: Bilingual, language: Language): string =>
  texts[language] ?? texts.zh ?? texts.en ?? '';
