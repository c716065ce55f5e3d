import { gsmUnits } from './gsm';

/** How a provider counts a text's length. */
export type TextUnit = 'characters' | 'utf16' | 'bytes' | 'gsm';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
// A word is broken only where the last blank lies more than this share of the limit back.
const wordSearchShare = 0.2;

/**
 * Counts a text as a provider does.
 * @param unit `characters`: Unicode code points; `utf16`: UTF-16 code units; `bytes`: UTF-8; `gsm`: septets of GSM 03.38
 *   where the text fits its alphabet, else UTF-16 code units
 */
export function textLength(text: string, unit: TextUnit): number {
  if (unit === 'utf16') return text.length;
  if (unit === 'bytes') return Buffer.byteLength(text);
  if (unit === 'gsm') return gsmUnits(text) ?? text.length;
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/**
 * Splits a text so that no part is longer than the limit, never inside what a reader sees as one character (an emoji
 * with its modifiers, a letter with its accents), and after a blank where one is near. The parts joined are the text.
 * @param limit in `unit`, at least 1; a single character longer than it is cut by code points
 */
export function splitText(text: string, { unit, limit }: { unit: TextUnit; limit: number }): string[] {
  if (textLength(text, unit) <= limit) return [text];
  const parts: string[] = [];
  let part = '';
  for (const piece of pieces(text, { unit, limit })) {
    // The whole is counted: whether a text fits the GSM alphabet is a matter of all of it.
    if (textLength(part + piece, unit) > limit) {
      const cut = wordBoundary(part);
      parts.push(part.slice(0, cut));
      part = part.slice(cut);
    }
    if (textLength(part + piece, unit) > limit) {
      parts.push(part);
      part = '';
    }
    part += piece;
  }
  return [...parts, part];
}

function* pieces(text: string, size: { unit: TextUnit; limit: number }): Generator<string> {
  for (const { segment } of graphemes.segment(text)) {
    if (textLength(segment, size.unit) <= size.limit) yield segment;
    else yield* segment;
  }
}

function wordBoundary(part: string): number {
  for (let at = part.length; at > part.length * (1 - wordSearchShare); at -= 1) {
    if (/\s/.test(part.charAt(at - 1))) return at;
  }
  return part.length;
}
