import type { ClarifyOption } from './bot-result';
import type { SystemTexts } from './data/system-texts';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const SENTENCE_END = /[。！？!?\n]|[.;；](?=\s)/g;

/**
 * Cuts a text to a limit, between graphemes, after a sentence where one ends in the second half.
 *
 * @param limit in UTF-16 units, at least 1
 */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = 0;
  for (const { index, segment } of graphemes.segment(text.slice(0, limit + 64))) {
    if (index + segment.length > limit - 1) break;
    end = index + segment.length;
  }
  const head = text.slice(0, end);
  const sentence = [...head.matchAll(SENTENCE_END)].at(-1);
  if (sentence !== undefined && sentence.index >= limit / 2)
    return head.slice(0, sentence.index + 1).trimEnd();
  return `${head.trimEnd()}…`.slice(0, limit);
}

/** The text of an answer that fits: the full one, else the short one, else the full one cut. */
export function fittingAnswer(article: { answer: string; short_answer?: string }, limit: number): string {
  if (article.answer.length <= limit) return article.answer;
  if (article.short_answer !== undefined && article.short_answer.length <= limit) return article.short_answer;
  return cutText(article.answer, limit);
}

/** What a joined text could not hold. */
export interface JoinedAnswers {
  text: string;
  /** How many of the answers it holds, from the first. */
  held: number;
}

/**
 * Joins answers with an empty line in between, each in full, else short; stops before one that does not fit.
 *
 * @param limit in UTF-16 units
 */
export function joinAnswers(
  articles: readonly { answer: string; short_answer?: string }[],
  limit: number,
): JoinedAnswers {
  const full = articles.map((article) => article.answer).join('\n\n');
  if (full.length <= limit) return { text: full, held: articles.length };
  let text = '';
  for (const [held, article] of articles.entries()) {
    const answer = article.short_answer ?? article.answer;
    const next = text === '' ? fittingAnswer(article, limit) : `${text}\n\n${answer}`;
    if (next.length > limit) return { text, held };
    text = next;
  }
  return { text, held: articles.length };
}

/** A question back: the question alone where the channel has menus, else with numbered options, within the limit. */
export function clarifyText(
  lead: string,
  options: readonly ClarifyOption[],
  texts: SystemTexts,
  limits: { maxCharacters: number; menu: boolean },
): string {
  if (limits.menu) return cutText(lead, limits.maxCharacters);
  const frame = lead.length + texts.replyWithNumber.length + 5 * options.length + 2;
  const room = Math.max(4, Math.floor((limits.maxCharacters - frame) / options.length));
  const lines = options.map((option, i) => `${i + 1}. ${cutText(option.label, room)}`);
  return cutText([lead, ...lines, texts.replyWithNumber].join('\n'), limits.maxCharacters);
}
