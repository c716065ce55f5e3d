import { type Bilingual, type Language, textIn } from '@omnigate/ticket-form';

/**
 * Makes a text for somebody: `{name}` becomes its value, and spaces before a line's end go.
 *
 * @param texts in both languages
 * @param language the reader's
 * @param values by name
 * @returns the text
 */
export function say(texts: Bilingual, language: Language, values: Readonly<Record<string, string>>): string {
  const filled = textIn(texts, language).replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  return filled
    .replace(/[ \t]+\n/g, '\n')
    .replace(/\n{2,}/g, '\n')
    .trim();
}
