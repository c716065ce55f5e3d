import type { OutgoingRecord } from '@omnigate/bus';
import { Direction, type Media, type ResolvedChannel, TicketRequested, topics } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import type { ConversationRow } from '../domain/conversation';
import { isElsewhere } from '../domain/media-items';
import { filesOfRow, refreshed } from '../domain/message-files';
import type { Changes } from '../store/changes';
import type { ConversationId } from '../store/conversations';
import { readMessageSpans } from '../store/messages';
import { forgetRequests, type HeldRequest, heldRequests, holdRequests } from '../store/ticket-requests';

/** What a conversation asks of the ticket service. */
export interface TicketRequest {
  /** Derived from what it comes of, so that a repeat is done once. */
  requestId: string;
  /** Locked by the transaction. */
  conversation: ConversationRow;
  channel: ResolvedChannel;
  request: NonNullable<TicketRequested['request']>;
  traceparent?: string | undefined;
}

/** The newest messages of a conversation whose files may belong to a ticket. */
const messagesAtMost = 500;

/**
 * Publishes requests to the ticket service. One whose files are still being fetched is held until they are stored, ten
 * seconds at most: a ticket is to show the picture, and not where a provider keeps it.
 *
 * @param changes where to collect; its transaction holds the conversations.
 * @param requests in order.
 */
export async function requestTickets(changes: Changes, requests: readonly TicketRequest[]): Promise<void> {
  if (requests.length === 0) return;
  const values = requests.map((item) => toRequested(item, changes.now));
  const known = await knownFiles(changes, values);
  const held: HeldRequest[] = [];
  for (const [index, value] of values.entries()) {
    refresh(value, known.get(value.conversationId) ?? []);
    const traceparent = requests[index]?.traceparent;
    if (isReady(value)) changes.records.push(recordOf(value, traceparent));
    else held.push({ ...value, value: TicketRequested.encode(value).finish() });
  }
  await holdRequests(changes.tx, held);
}

/**
 * Publishes the held requests of conversations whose files are stored by now, or whose time is over.
 *
 * @param changes where to collect; its transaction holds the conversations, and their messages show what was stored.
 * @param ids the conversations.
 */
export async function releaseRequests(changes: Changes, ids: readonly ConversationId[]): Promise<void> {
  const rows = await heldRequests(changes.tx, ids);
  if (rows.length === 0) return;
  const values = rows.map((row) => TicketRequested.decode(row.value));
  const known = await knownFiles(changes, values);
  const released: HeldRequest[] = [];
  for (const [index, row] of rows.entries()) {
    const value = values[index] as TicketRequested;
    refresh(value, known.get(row.conversationId) ?? []);
    if (!row.late && !isReady(value)) continue;
    changes.records.push(recordOf(value));
    released.push(row);
  }
  await forgetRequests(changes.tx, released);
}

function toRequested(
  { requestId, conversation, channel, request }: TicketRequest,
  now: Date,
): TicketRequested {
  return {
    requestId,
    tenantId: conversation.tenantId,
    conversationId: conversation.id,
    contactId: conversation.contactId,
    channel: { type: channel.type, id: channel.id },
    channelName: channel.name,
    address: conversation.address,
    threadKey: conversation.threadKey,
    occurredTime: now,
    request,
  };
}

const recordOf = (value: TicketRequested, traceparent?: string): OutgoingRecord => ({
  topic: topics.ticketRequested,
  key: value.conversationId,
  value: TicketRequested.encode(value).finish(),
  eventId: newId(),
  type: 'omnigate.ticket.v1.TicketRequested',
  tenantId: value.tenantId,
  ...(traceparent && { headers: { traceparent } }),
});

const mediaIn = ({ request }: TicketRequested): readonly Media[] => request?.value.media ?? [];

/** Whether its files are stored, or not to be had. */
const isReady = (value: TicketRequested): boolean => !mediaIn(value).some(isElsewhere);

function refresh({ request }: TicketRequested, known: readonly Media[]): void {
  if (request) request.value.media = refreshed(request.value.media, known);
}

/** The customers' files by conversation, as stored and as this transaction is about to store them. */
async function knownFiles(
  changes: Changes,
  values: readonly TicketRequested[],
): Promise<Map<string, Media[]>> {
  const asking = values.filter((value) => !isReady(value));
  const spans = new Map(asking.map(({ tenantId, conversationId }) => [conversationId, tenantId]));
  if (spans.size === 0) return new Map();
  const stored = await readMessageSpans(
    changes.tx,
    [...spans].map(([conversationId, tenantId]) => spanOf(changes, tenantId, conversationId)),
  );
  const rows = [...stored, ...changes.messages.filter((row) => spans.has(row.conversationId))];
  const inbound = rows.filter((row) => row.direction === Direction.DIRECTION_INBOUND);
  const grouped = Map.groupBy(inbound, (row) => row.conversationId);
  return new Map([...grouped].map(([id, messages]) => [id, messages.flatMap(filesOfRow)]));
}

function spanOf(changes: Changes, tenantId: string, conversationId: string) {
  const coversSeq = changes.conversations.get(conversationId)?.messageSeq ?? 2 ** 31 - 1;
  const fromSeq = coversSeq === 2 ** 31 - 1 ? 1 : Math.max(1, coversSeq - messagesAtMost);
  return { tenantId, conversationId, fromSeq, coversSeq };
}
