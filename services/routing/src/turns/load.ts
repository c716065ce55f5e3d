import { Content, Direction } from '@omnigate/contracts';
import type { Database } from '@omnigate/database';
import { customerUtterance } from '../domain/utterance';
import { readConversations } from '../store/conversations';
import { readMessages } from '../store/messages';
import type { TurnRow } from '../store/turns';
import type { TurnJob } from './runner';

/** Messages of one turn that the bot is told, the newest. */
const messagesAtMost = 50;

/**
 * Reads what a turn is about, for a turn whose messages are not at hand.
 *
 * @param context the database of routing.
 * @param turn the turn's row.
 * @returns the job; undefined when the conversation is gone.
 */
export async function loadTurn(context: { database: Database }, turn: TurnRow): Promise<TurnJob | undefined> {
  return context.database.transaction({ tenants: [turn.tenantId] }, async (tx) => {
    const [conversation] = await readConversations(tx, [turn]);
    if (!conversation) return undefined;
    const { tenantId, conversationId } = turn;
    const range = { tenantId, conversationId, beforeSeq: turn.coversSeq + 1, limit: messagesAtMost };
    const messages = await readMessages(tx, range);
    const open = messages
      .filter((message) => message.seq >= turn.fromSeq && message.direction === Direction.DIRECTION_INBOUND)
      .reverse();
    return {
      tenantId,
      conversationId,
      channelId: conversation.channelId,
      turnId: turn.id,
      fence: turn.fence,
      fromSeq: turn.fromSeq,
      coversSeq: turn.coversSeq,
      clockMs: turn.clockMs,
      utterances: open.map((message) => customerUtterance(Content.decode(message.content))),
      dialogueState: conversation.dialogueState,
    };
  });
}
