import { Direction, PartyRole, type StoredMessage } from '@omnigate/contracts';
import type { DeskContext } from './desk-context';
import type { HeldConversation } from './desk-state';
import { messageLine } from './desk-view';

/** Messages that an agent is shown of what was before. */
const historyLength = 20;
const pageSize = 50;

async function messagesAfter(
  { conversations }: DeskContext,
  { id, shownSeq }: HeldConversation,
  atMost: number,
): Promise<StoredMessage[]> {
  const found: StoredMessage[] = [];
  for (let pageToken = ''; ; ) {
    const page = await conversations.listMessages({ conversationId: id, pageSize, pageToken });
    const fresh = page.messages.filter(({ seq }) => seq > shownSeq);
    found.push(...fresh);
    const all = fresh.length < page.messages.length || page.nextPageToken === '' || found.length >= atMost;
    if (all) return found.slice(0, atMost).reverse();
    pageToken = page.nextPageToken;
  }
}

function note(held: HeldConversation, message: StoredMessage): void {
  const { seq, direction, sender, id } = message;
  if (seq > held.shownSeq) held.shownSeq = seq;
  if (direction === Direction.DIRECTION_INBOUND && seq > held.inboundSeq) held.inboundSeq = seq;
  if (direction !== Direction.DIRECTION_OUTBOUND || sender?.role !== PartyRole.PARTY_ROLE_AGENT) return;
  held.replies.add(id);
  if (seq > held.replySeq) held.replySeq = seq;
}

/**
 * Shows the messages of a conversation that were not shown yet; of one that is new to the desk, the last ones. Changes
 * carry texts with personal data masked, so the messages themselves are read.
 *
 * @param context the desk.
 * @param held the conversation.
 * @throws AppError of the server.
 */
export function showNewMessages(context: DeskContext, held: HeldConversation): Promise<void> {
  const look = async (): Promise<void> => {
    const atMost = held.shownSeq === 0n ? historyLength : Number.POSITIVE_INFINITY;
    const messages = await messagesAfter(context, held, atMost);
    for (const message of messages) note(held, message);
    if (messages.length > 0)
      context.console.print(...messages.map((message) => messageLine(held.number, message, context.texts)));
    context.state.changed();
  };
  // One look at a time; one that failed does not keep the next from looking.
  const reading = held.reading.then(look);
  held.reading = reading.catch(() => undefined);
  return reading;
}

/**
 * Shows a conversation from its beginning.
 *
 * @param context the desk.
 * @param held the conversation.
 * @throws AppError of the server.
 */
export async function showHistory(context: DeskContext, held: HeldConversation): Promise<void> {
  const messages = await messagesAfter(context, { ...held, shownSeq: 0n }, Number.POSITIVE_INFINITY);
  context.console.print(...messages.map((message) => messageLine(held.number, message, context.texts)));
}
