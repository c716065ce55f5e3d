import type { Message } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import type { RoutingContext } from '../context';
import type { ConversationRow } from '../domain/conversation';
import { customerUtterance } from '../domain/utterance';
import type { Changes } from '../store/changes';
import { beginTurns, clockSeconds } from '../store/turns';
import type { TurnJob } from './runner';

/** A message that asks for an answer. */
export interface Asking {
  seq: number;
  message: Message;
  /** W3C trace context of its record. */
  traceparent: string | undefined;
}

/**
 * Begins turns of the bot; those that there is no room for wait in the table.
 *
 * @param context what routing works with.
 * @param changes of the transaction that holds the conversations.
 * @param items conversations with what came for them in this batch, at least one message each.
 * @returns the runs to be started with the commit.
 */
export async function beginBotTurns(
  context: RoutingContext,
  changes: Changes,
  items: readonly { conversation: ConversationRow; asking: readonly Asking[] }[],
): Promise<TurnJob[]> {
  const jobs = items.map((item): TurnJob => {
    const { conversation, asking } = item;
    return {
      tenantId: conversation.tenantId,
      conversationId: conversation.id,
      channelId: conversation.channelId,
      contactId: conversation.contactId,
      address: conversation.address,
      turnId: newId(),
      fence: 1,
      fromSeq: asking[0]?.seq ?? conversation.messageSeq,
      coversSeq: conversation.messageSeq,
      clockMs: clockSeconds * 1000,
      utterances: asking.map(({ message }) => customerUtterance(message.content, message.attachments)),
      dialogueState: conversation.dialogueState,
      traceparent: asking.at(-1)?.traceparent,
    };
  });
  const running = context.runner.room(jobs);
  const turns = jobs.map((job) => ({ ...job, id: job.turnId, running: running.has(job) }));
  const begun = await beginTurns(changes.tx, turns, context.instance);
  if (running.size < jobs.length) changes.tx.onCommitted(() => context.runner.claimSoon());
  return [...running].filter((job) => begun.has(job.conversationId));
}
