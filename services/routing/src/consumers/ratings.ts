import { ConversationState, type Message, type ResolvedChannel } from '@omnigate/contracts';
import { maskPersonalData } from '@omnigate/runtime';
import type { ConversationRow } from '../domain/conversation';
import { isId } from '../domain/id';
import { isRating, readRating } from '../domain/rating';
import { addChange, type Changes } from '../store/changes';
import { type ConversationId, saveRatings } from '../store/conversations';

/** A message that came on a channel. */
export interface Come {
  message: Message;
  channel: ResolvedChannel;
  address: string;
}

/** A channel that was told that a conversation has ended may bring what the customer thinks of it. */
const brings = (message: Message, channel: ResolvedChannel): boolean =>
  channel.channelType?.capabilities?.conversationEvents === true && isRating(message.content);

/**
 * Says whether a message is a rating that can't be used: it has no score from 1 to 5, or names no conversation.
 *
 * @param message what came.
 * @param channel its channel.
 * @returns whether it belongs to the dead letters.
 */
export function isMalformedRating(message: Message, channel: ResolvedChannel): boolean {
  return brings(message, channel) && (!readRating(message.content) || !isId(message.replyTo));
}

/**
 * Separates ratings from what asks for a conversation: they open none, and nobody answers them.
 *
 * @param items what came.
 * @returns the ratings, then the rest.
 */
export function apart<Item extends Come>(items: readonly Item[]): [Item[], Item[]] {
  const ratings = items.filter(({ message, channel }) => brings(message, channel));
  return ratings.length === 0 ? [[], [...items]] : [ratings, items.filter((item) => !ratings.includes(item))];
}

/**
 * The conversations that ratings are about.
 *
 * @param ratings well-formed ratings.
 * @returns each conversation once.
 */
export function ratedConversations(ratings: readonly Come[]): ConversationId[] {
  const ids = new Map(ratings.map(({ message }) => [message.replyTo, message.tenantId]));
  return [...ids].map(([conversationId, tenantId]) => ({ tenantId, conversationId }));
}

/**
 * Stores and tells ratings. A conversation has one, the first; whoever rates another's conversation, or one that has not
 * ended, is not heard.
 *
 * @param changes where to collect.
 * @param ended the conversations rated, locked by the transaction.
 * @param ratings well-formed ratings, in the order in which they came.
 */
export async function rate(
  changes: Changes,
  ended: readonly ConversationRow[],
  ratings: readonly Come[],
): Promise<void> {
  if (ended.length === 0) return;
  const conversations = new Map(ended.map((row) => [row.id, row]));
  const rated: ConversationRow[] = [];
  for (const item of ratings) {
    const conversation = conversations.get(item.message.replyTo);
    const rating = readRating(item.message.content);
    if (!conversation || !rating || conversation.rating || !isOwn(conversation, item)) continue;
    conversation.rating = rating;
    rated.push(conversation);
    const value = { score: rating.score, comment: maskPersonalData(rating.comment) };
    addChange(changes, conversation, item.channel, { $case: 'rated', value });
  }
  await saveRatings(changes.tx, rated);
}

const isOwn = (conversation: ConversationRow, { channel, address, message }: Come): boolean =>
  conversation.state === ConversationState.CONVERSATION_STATE_RESOLVED &&
  conversation.channelId === channel.id &&
  conversation.address === address &&
  conversation.threadKey === message.threadKey;
