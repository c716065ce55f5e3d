const QUESTION_MARK = /[?？]\s*$/;
const QUESTION_WORD =
  /[吗么呢]\s*[?？。.!！~]*$|怎么|如何|咋|什么|啥|哪|多少|多久|几|为什么|谁|能不能|可以|可不可以|是否|有没有|\b(?:how|what|when|where|why|who|which|can|could|do|does|did|is|are|will|would|should|may)\b/i;
const ENGLISH_START =
  /^(?:and |so |but |hi,? |hello,? )?(?:how|what|when|where|why|who|which|can|could|do|does|did|is|are|will|would|should|may)\b/i;
const LONGEST_MESSAGE = 2_000;
const MOST_PIECES = 8;

/** One sentence of the customer. */
export interface Sentence {
  text: string;
  /** Whether it asks something, by its mark or its words. */
  asks: boolean;
}

const hasContent = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

/**
 * Cuts a message into sentences. A dot between digits or letters (`3.5`, `shop.example`) ends nothing. At most eight
 * pieces of the first 2,000 characters.
 */
export function splitSentences(message: string): Sentence[] {
  const pieces =
    message.slice(0, LONGEST_MESSAGE).match(/[^。！!？?；;\n\r]+?(?:[。！!？?；;\n\r]+|\.(?=\s|$)|$)/gu) ??
    [];
  return pieces
    .map((piece) => piece.trim())
    .filter(hasContent)
    .slice(0, MOST_PIECES)
    .map((text) => ({ text, asks: QUESTION_MARK.test(text) || QUESTION_WORD.test(text) }));
}

/** Whether a sentence is a question and nothing else: English words such as `is` stand in statements too. */
export function isQuestion(text: string): boolean {
  if (QUESTION_MARK.test(text)) return true;
  return /\p{Script=Han}/u.test(text) ? QUESTION_WORD.test(text) : ENGLISH_START.test(text.trim());
}
