import { type Content, type ConversationChanged, Direction } from '@omnigate/contracts';
import { wordHash, wordsOf } from './words';

/**
 * What a customer wrote, as far as words are counted in it.
 *
 * @param change any change of a conversation.
 * @returns the masked text; empty for everything else.
 */
export function writtenText(change: ConversationChanged): string {
  if (change.change?.$case !== 'messageRecorded') return '';
  const { message } = change.change.value;
  return message?.direction === Direction.DIRECTION_INBOUND ? textOf(message.content) : '';
}

/** A chosen option is no word of the customer's. */
function textOf(content: Content | undefined): string {
  const kind = content?.kind;
  switch (kind?.$case) {
    case 'text':
      return kind.value.body;
    case 'image':
    case 'audio':
    case 'video':
    case 'file':
      return kind.value.caption;
    default:
      return '';
  }
}

/**
 * Takes the words of a text that were not counted of its conversation on that day.
 *
 * @param known hashes of those that were; the new ones are added.
 * @param text masked.
 * @returns the new words; the empty one before the first of all.
 */
export function takeNewWords(known: Set<number>, text: string): string[] {
  const words = wordsOf(text);
  if (words.size === 0) return [];
  const fresh = ['', ...words].filter((word) => !known.has(wordHash(word)));
  for (const word of fresh) known.add(wordHash(word));
  return fresh;
}
