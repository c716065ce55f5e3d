import { Content, Direction } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import type { ConversationRow } from '../domain/conversation';
import { attachmentsOf } from '../domain/message-files';
import { customerUtterance } from '../domain/utterance';
import { readConversations } from '../store/conversations';
import { readMessageSpans, type SpanMessage } from '../store/messages';
import type { TurnRow } from '../store/turns';
import type { TurnJob } from './runner';

/** Messages of one turn that the bot is told, the newest. */
const messagesAtMost = 50;

/**
 * Reads what turns are about, for turns whose messages are not at hand.
 *
 * @param context the database of routing.
 * @param turns the turns' rows.
 * @returns a job for each turn whose conversation is there.
 */
export async function loadTurns(
  context: { database: Database },
  turns: readonly TurnRow[],
): Promise<TurnJob[]> {
  if (turns.length === 0) return [];
  const tenants = [...new Set(turns.map((turn) => turn.tenantId))];
  return context.database.transaction({ tenants }, async (tx) => {
    const [rows, messages] = await Promise.all([readConversations(tx, turns), readMessageSpans(tx, turns)]);
    const conversations = new Map(rows.map((row) => [row.id, row]));
    const open = Map.groupBy(messages.filter(isInbound), (message) => message.conversationId);
    return turns.flatMap((turn) => {
      const conversation = conversations.get(turn.conversationId);
      return conversation ? [toJob(turn, conversation, open.get(turn.conversationId) ?? [])] : [];
    });
  });
}

const isInbound = (message: SpanMessage): boolean => message.direction === Direction.DIRECTION_INBOUND;

function toJob(turn: TurnRow, conversation: ConversationRow, messages: SpanMessage[]): TurnJob {
  return {
    tenantId: turn.tenantId,
    conversationId: turn.conversationId,
    channelId: conversation.channelId,
    contactId: conversation.contactId,
    address: conversation.address,
    turnId: turn.id,
    fence: turn.fence,
    fromSeq: turn.fromSeq,
    coversSeq: turn.coversSeq,
    clockMs: turn.clockMs,
    utterances: messages
      .slice(-messagesAtMost)
      .map((message) => customerUtterance(Content.decode(message.content), attachmentsOf(message))),
    dialogueState: conversation.dialogueState,
  };
}
