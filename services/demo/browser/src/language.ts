/** The page's languages. */
export type Language = 'zh' | 'en';

/** A text in both. */
export type Bilingual = Record<Language, string>;

const watchers: (() => void)[] = [];

/** The page's language now; the inline script of the page sets it. */
export const language = (): Language => (document.documentElement.lang === 'zh' ? 'zh' : 'en');

/** @returns the text in the page's language. */
export const say = (text: Bilingual): string => text[language()];

/** Calls back now and each time when the language was changed. */
export function onLanguage(callback: () => void): void {
  watchers.push(callback);
  callback();
}

new MutationObserver(() => {
  for (const callback of watchers) callback();
}).observe(document.documentElement, { attributeFilter: ['lang'] });
