/** Put where the rest of something was left out. */
export const clipNote = '[…]';

/**
 * Cuts a text that is too long, and says so.
 *
 * @param text any text.
 * @param maxCharacters what is kept at most, the note aside.
 */
export function clipText(text: string, maxCharacters: number): string {
  if (text.length <= maxCharacters) return text;
  return `${text.slice(0, maxCharacters).toWellFormed()}\n${clipNote}`;
}
