import { COLLOQUIAL_PHRASES } from './data/colloquial-phrases';
import { POLITE_AFFIXES } from './data/polite-affixes';
import { SIMPLIFIED_CHARACTERS, TRADITIONAL_CHARACTERS } from './data/traditional-characters';
import { createPhraseTable, type PhraseTable, replacePhrases } from './phrase-table';

/** A row of the colloquial map: what people write, and its plain form. */
export type ColloquialPhrase = readonly [from: string, to: string];

/** Turns what a customer wrote into the form that phrasings and questions are compared in. */
export type Normalise = (text: string) => string;

const SIMPLIFIED = new Map<string, string>();
for (let i = 0; i < TRADITIONAL_CHARACTERS.length; i += 1) {
  SIMPLIFIED.set(TRADITIONAL_CHARACTERS.charAt(i), SIMPLIFIED_CHARACTERS.charAt(i));
}

// Format characters (zero-width, direction marks, soft hyphen) and variation selectors.
const INVISIBLE = /\p{Cf}|\p{Variation_Selector}/gu;
// U+FFFD stands for what was no valid text.
const CONTROL = /[\p{Cc}\ufffd]/gu;

/** Replaces traditional characters by simplified ones; one character for one, so lengths are kept. */
export function simplify(text: string): string {
  let out = '';
  for (let i = 0; i < text.length; i += 1) {
    const ch = text.charAt(i);
    out += ch >= '\u4e00' && ch <= '\u9fff' ? (SIMPLIFIED.get(ch) ?? ch) : ch;
  }
  return out;
}

/**
 * The first half of normalising: NFKC, lower case, no invisible or control characters, simplified characters, runs of
 * a repeated mark or of three or more equal letters cut short. Rules and small talk match on this form.
 */
export function foldText(text: string): string {
  const folded = text
    .toWellFormed()
    .normalize('NFKC')
    .toLowerCase()
    .replace(INVISIBLE, '')
    .replace(/[\u2018\u2019`´]/g, "'")
    .replace(CONTROL, ' ')
    .replace(/(\p{L})\1{2,}/gu, '$1$1')
    .replace(/([^\p{L}\p{N}\s])\1+/gu, '$1')
    .replace(/\s+/g, ' ')
    .trim();
  return simplify(folded);
}

/** Replaces each colloquial phrase once, longest first; a phrase in Latin letters only as whole words. */
function createReplacer(rows: readonly ColloquialPhrase[]): Normalise {
  const plain = new Map(rows.map(([from, to]) => [foldText(from), to] as const));
  plain.delete('');
  const table = createPhraseTable(plain.keys());
  return (text) => replacePhrases(table, text, (phrase) => plain.get(phrase) ?? phrase);
}

// By UTF-16 units: what is reversed twice is whole again.
function reverse(text: string): string {
  let out = '';
  for (let i = text.length - 1; i >= 0; i -= 1) out += text.charAt(i);
  return out;
}

const WORD = /[\p{L}\p{N}]/u;
const prefixes = createPhraseTable(POLITE_AFFIXES.prefixes.map(foldText));
// Suffixes are looked for in the reversed text, so that the longest one at the end is found.
const suffixes = createPhraseTable(POLITE_AFFIXES.suffixes.map((suffix) => reverse(foldText(suffix))));

function stripFront(text: string, table: PhraseTable): string {
  let from = 0;
  for (;;) {
    while (from < text.length && !WORD.test(text.charAt(from))) from += 1;
    const phrase = table.at(text, from);
    if (phrase === undefined) return text.slice(from);
    from += phrase.length;
  }
}

function stripAffixes(text: string): string {
  const front = stripFront(text, prefixes);
  const stripped = reverse(stripFront(reverse(front), suffixes));
  return WORD.test(stripped) ? stripped : text;
}

/**
 * Makes the normaliser of a tenant: foldText, the colloquial map, then polite words off both ends.
 *
 * @param extra rows of the tenant; they win over the rows that ship
 * @returns a function; its result holds only letters, digits and single blanks, and may be empty
 */
export function createNormaliser(extra: readonly ColloquialPhrase[] = []): Normalise {
  const shipped = Object.values(COLLOQUIAL_PHRASES).flat();
  const replace = createReplacer([...shipped, ...extra]);
  return (text) =>
    stripAffixes(replace(foldText(text)))
      .replace(/[^\p{L}\p{M}\p{N}']+/gu, ' ')
      .trim();
}
