import { Content, ConversationState, type ResolvedChannel, StoredMessage } from '@omnigate/contracts';
import type { ConversationRow } from '../domain/conversation';
import { replyRulesOf } from '../domain/reply-window';
import { type Changes, sendMessage } from '../store/changes';
import { readSent } from '../store/messages';

/** A message that did not go out before its window closed. */
export interface Stranded {
  /** Locked by the transaction. */
  conversation: ConversationRow;
  channel: ResolvedChannel;
  messageId: string;
}

/**
 * Plans messages again that their window closed on: one goes out as a new message where another window is open by now,
 * such as after the customer wrote again. Where none is, the failed message says why, and people decide.
 *
 * @param changes where to collect.
 * @param stranded the messages; their failures are told and their reservations ended.
 */
export async function sendAgain(changes: Changes, stranded: readonly Stranded[]): Promise<void> {
  const waiting = stranded.filter(
    ({ conversation, channel }) =>
      replyRulesOf(channel).length > 0 &&
      conversation.state === ConversationState.CONVERSATION_STATE_OPEN &&
      !conversation.optedOut,
  );
  if (waiting.length === 0) return;
  const targetOf = ({ conversation, channel }: Stranded) => ({ address: conversation, channel });
  await changes.replies.hold(waiting.map(targetOf));
  const rows = await readSent(
    changes.tx,
    waiting.map(({ conversation, messageId }) => ({
      ...conversation,
      conversationId: conversation.id,
      messageId,
    })),
  );
  const sent = new Map(rows.map((row) => [row.id, row]));
  for (const item of waiting) {
    const row = sent.get(item.messageId);
    if (!row || changes.replies.refusal(targetOf(item), 1)) continue;
    const { role, senderName } = row;
    const content = Content.decode(row.content);
    const { attachments } = StoredMessage.decode(row.attachments ?? new Uint8Array());
    sendMessage(changes, item.conversation, item.channel, { role, senderName, content, attachments });
  }
}
