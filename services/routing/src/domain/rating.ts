import type { Content, Rating } from '@omnigate/contracts';
import { sanitizeText } from '@omnigate/runtime';

/** Score from 1 to 5, then what the customer added. */
const detail = /^([1-5])(?: (.*))?$/s;

/**
 * Says whether a customer's message is a rating: the event by which channels with conversation events bring one.
 *
 * @param content what was sent.
 * @returns whether it rates a conversation, well-formed or not.
 */
export function isRating(content: Content | undefined): boolean {
  return content?.kind?.$case === 'event' && content.kind.value.name === 'rated';
}

/**
 * Reads a rating.
 *
 * @param content an event whose detail is such as "4 thank you".
 * @returns undefined when it has no score from 1 to 5.
 */
export function readRating(content: Content | undefined): Rating | undefined {
  if (content?.kind?.$case !== 'event') return undefined;
  const [, score, comment = ''] = detail.exec(content.kind.value.detail) ?? [];
  return score === undefined ? undefined : { score: Number(score), comment: sanitizeText(comment).trim() };
}
