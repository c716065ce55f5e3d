import { STOP_WORDS } from './data/stop-words';

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });
/** A longer text is pasted; its words are no customer's. */
const longestText = 2_000;
/** In characters; a longer one is an id. */
const longestWord = 24;
/** In characters, of a word that ICU's dictionary does not have. */
const longestJoined = 3;

// What masking leaves, links and addresses of pages.
const noWords = /\[(?:email|phone|id|card|number)\]|(?:https?:\/\/|www\.)\S+/gi;
const han = /^\p{Script=Han}+$/u;
const letters = /^[\p{L}\p{M}'-]+$/u;

/** A piece of a text that may be or become a word. */
interface Piece {
  text: string;
  /** Where it ends in the text. */
  end: number;
}

/**
 * The words of a text that say what it is about, Chinese and of languages with blanks. A character that ICU's dictionary
 * leaves alone joins the word before it: 物业 and 费 are 物业费. What holds digits is no word but a number or an id.
 *
 * @param text with personal data masked.
 * @returns each word once, in lower case.
 */
export function wordsOf(text: string): Set<string> {
  const plain = text.slice(0, longestText).normalize('NFKC').replace(noWords, ' ').toLowerCase();
  const pieces: Piece[] = [];
  for (const { segment, index, isWordLike } of segmenter.segment(plain)) {
    const content = isWordLike && letters.test(segment) && !STOP_WORDS.has(segment);
    if (content) join(pieces, { text: segment, end: index + segment.length }, index);
  }
  return new Set(pieces.map((piece) => piece.text).filter(isWord));
}

function join(pieces: Piece[], piece: Piece, start: number): void {
  const before = pieces.at(-1);
  const fits = piece.text.length === 1 && (before?.text.length ?? 0) < longestJoined;
  const joins = fits && before?.end === start && han.test(before.text) && han.test(piece.text);
  if (!joins) pieces.push(piece);
  else pieces[pieces.length - 1] = { text: before.text + piece.text, end: piece.end };
}

const isWord = (text: string): boolean => text.length > 1 && text.length <= longestWord;

/**
 * A word as it is remembered for a conversation, so that it is counted once: 32 bits from which it is not read.
 *
 * @param word the word.
 * @returns FNV-1a as a signed integer. Source: http://www.isthe.com/chongo/tech/comp/fnv/
 */
export function wordHash(word: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < word.length; index += 1) {
    hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
}
