import type { Bus, OutgoingRecord } from '@omnigate/bus';
import {
  type Content,
  Content as ContentCodec,
  ConversationChanged,
  ConversationOwner,
  DeliveryState,
  Direction,
  encodeMessage,
  type HandoffPacket,
  HandoffPacket as HandoffPacketCodec,
  type Media,
  MessageSend,
  messageKey,
  PartyRole,
  type ResolvedChannel,
  StoredMessage,
  topics,
} from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { newId } from '@omnigate/runtime';
import type { ConversationRow } from '../domain/conversation';
import { changedSnapshot, maskedMessage } from '../domain/masking';
import { saveConversations } from './conversations';
import { insertDeliveries, type NewDelivery } from './deliveries';
import { insertMessages, type MessageRow } from './messages';
import { beginReplyPlan, type ReplyPlan } from './reply-plan';

/** What one transaction does to conversations; collected in memory, written by one statement a table. */
export interface Changes {
  tx: Transaction;
  now: Date;
  conversations: Map<string, ConversationRow>;
  messages: MessageRow[];
  deliveries: NewDelivery[];
  records: OutgoingRecord[];
  replies: ReplyPlan;
}

/** What happened to a conversation, as in ConversationChanged.change. */
export type Change = NonNullable<ConversationChanged['change']>;

/**
 * Begins to collect.
 *
 * @param tx the transaction.
 * @param now the time that new rows get.
 * @returns nothing collected yet.
 */
export function beginChanges(tx: Transaction, now: Date): Changes {
  return {
    ...{ tx, now, conversations: new Map(), messages: [], deliveries: [], records: [] },
    replies: beginReplyPlan(tx),
  };
}

/**
 * Notes that something happened to a conversation; it will be written and told.
 *
 * @param changes where to collect.
 * @param conversation the row, locked by the transaction.
 * @param channel its channel; undefined when the channel was deleted.
 * @param change what happened.
 */
export function addChange(
  changes: Changes,
  conversation: ConversationRow,
  channel: ResolvedChannel | undefined,
  change: Change,
): void {
  conversation.seq += 1;
  conversation.updatedAt = changes.now;
  changes.conversations.set(conversation.id, conversation);
  const value = encodeMessage(ConversationChanged, {
    conversationId: conversation.id,
    tenantId: conversation.tenantId,
    seq: BigInt(conversation.seq),
    occurredTime: changes.now,
    conversation: changedSnapshot(conversation, channel),
    change,
  });
  changes.records.push({
    topic: topics.conversationChanged,
    key: conversation.id,
    value,
    eventId: newId(),
    type: 'omnigate.conversation.v1.ConversationChanged',
    tenantId: conversation.tenantId,
  });
  if (change.$case === 'resolved' && channel) tellEnd(changes, conversation, channel);
}

/**
 * Tells a channel that can show it that a conversation has ended. It ends once, so its own id names this event, and is what
 * a rating answers.
 */
function tellEnd(changes: Changes, conversation: ConversationRow, channel: ResolvedChannel): void {
  if (!channel.channelType?.capabilities?.conversationEvents || conversation.optedOut) return;
  const content: Content = {
    kind: { $case: 'event', value: { name: 'conversation-resolved', detail: '' } },
  };
  const { id, tenantId } = conversation;
  const draft = { role: PartyRole.PARTY_ROLE_SYSTEM, content };
  changes.records.push(
    sendRecord(changes, conversation, channel, { id, tenantId }, draft, notAfter(changes.now, undefined)),
  );
}

/** A message that is to be stored. */
export interface MessageDraft {
  id?: string;
  direction: Direction;
  role: PartyRole;
  senderAddress?: string;
  senderName?: string;
  content: Content | undefined;
  attachments?: Media[];
  providerMessageId?: string;
  occurredTime?: Date;
}

/** What a message to the customer says, and who says it. */
type OutboundDraft = Pick<MessageDraft, 'role' | 'senderName' | 'content' | 'attachments'>;

/**
 * Stores a message in a conversation, and tells it.
 *
 * @param changes where to collect.
 * @param conversation the row, locked by the transaction.
 * @param channel its channel.
 * @param draft the message.
 * @returns the message's row.
 */
export function addMessage(
  changes: Changes,
  conversation: ConversationRow,
  channel: ResolvedChannel | undefined,
  draft: MessageDraft,
): MessageRow {
  conversation.messageSeq += 1;
  const attachments = draft.attachments ?? [];
  const row: MessageRow = {
    tenantId: conversation.tenantId,
    conversationId: conversation.id,
    seq: conversation.messageSeq,
    id: draft.id ?? newId(),
    direction: draft.direction,
    role: draft.role,
    senderAddress: draft.senderAddress ?? '',
    senderName: draft.senderName ?? '',
    content: draft.content ? encodeMessage(ContentCodec, draft.content) : new Uint8Array(),
    attachments: attachments.length
      ? StoredMessage.encode(StoredMessage.fromPartial({ attachments })).finish()
      : null,
    providerMessageId: draft.providerMessageId ?? '',
    occurredAt: draft.occurredTime ?? changes.now,
    createdAt: changes.now,
  };
  changes.messages.push(row);
  const message = maskedMessage(row, draft.content);
  addChange(changes, conversation, channel, { $case: 'messageRecorded', value: { message } });
  return row;
}

/**
 * Stores a message to the customer, and hands it to the channel's adapter service; where the reply rules don't let it go
 * it is stored as failed, with the reason.
 *
 * @param changes where to collect; `replies` holds the conversation's address.
 * @param conversation the row, locked by the transaction; its customer has not opted out.
 * @param channel its channel.
 * @param draft who speaks and what; the trace context of what it answers.
 * @returns the message's row.
 */
export function sendMessage(
  changes: Changes,
  conversation: ConversationRow,
  channel: ResolvedChannel,
  draft: OutboundDraft & { traceparent?: string | undefined },
): MessageRow {
  const row = addMessage(changes, conversation, channel, {
    ...draft,
    direction: Direction.DIRECTION_OUTBOUND,
  });
  const reply = changes.replies.take({ address: conversation, channel }, row.id);
  const refusal = typeof reply === 'string' ? reply : '';
  const state = refusal ? DeliveryState.DELIVERY_STATE_FAILED : DeliveryState.DELIVERY_STATE_QUEUED;
  const { tenantId, id: messageId } = row;
  const { id: conversationId, channelId, address } = conversation;
  const ids = { tenantId, messageId, conversationId, channelId, address };
  changes.deliveries.push({ ...ids, state, errorCode: refusal, createdAt: changes.now });
  if (refusal) {
    const value = { messageId, state, errorCode: refusal };
    addChange(changes, conversation, channel, { $case: 'messageStateChanged', value });
    return row;
  }
  const until = notAfter(changes.now, reply);
  changes.records.push(sendRecord(changes, conversation, channel, row, draft, until));
  return row;
}

/** A message that is not out by then is not wanted any more: its delivery ends as window closed, and is shown so. */
const sendableMs = 24 * 3_600_000;

function notAfter(now: Date, windowCloses: Date | string | undefined): Date {
  const wanted = now.getTime() + sendableMs;
  return new Date(windowCloses instanceof Date ? Math.min(wanted, windowCloses.getTime()) : wanted);
}

function sendRecord(
  changes: Changes,
  conversation: ConversationRow,
  channel: ResolvedChannel,
  ids: Pick<MessageRow, 'id' | 'tenantId'>,
  draft: OutboundDraft & { traceparent?: string | undefined },
  until: Date,
): OutgoingRecord {
  return {
    topic: topics.messageSend(channel.channelType?.adapterService ?? ''),
    key: messageKey(conversation.channelId, conversation.address, conversation.threadKey),
    value: encodeSend(changes, conversation, channel, ids, draft, until),
    eventId: ids.id,
    type: 'omnigate.message.v1.MessageSend',
    tenantId: ids.tenantId,
    ...(draft.traceparent ? { headers: { traceparent: draft.traceparent } } : {}),
  };
}

function encodeSend(
  changes: Changes,
  conversation: ConversationRow,
  channel: ResolvedChannel,
  row: Pick<MessageRow, 'id' | 'tenantId'>,
  draft: OutboundDraft,
  notAfter: Date,
): Uint8Array {
  return encodeMessage(MessageSend, {
    messageId: row.id,
    tenantId: row.tenantId,
    channel: { type: channel.type, id: channel.id },
    address: conversation.address,
    threadKey: conversation.threadKey,
    conversationId: conversation.id,
    sender: { role: draft.role, name: draft.senderName ?? '', address: '' },
    content: draft.content,
    attachments: draft.attachments ?? [],
    letter: undefined,
    notAfter,
    priority: 0,
    replyTo: '',
    createTime: changes.now,
  });
}

/**
 * Gives a conversation's next turn to somebody else, and tells it.
 *
 * @param changes where to collect.
 * @param conversation the row, locked by the transaction.
 * @param channel its channel.
 * @param owner who has it now, and why.
 */
export function changeOwner(
  changes: Changes,
  conversation: ConversationRow,
  channel: ResolvedChannel | undefined,
  owner: {
    owner: ConversationOwner;
    reason: string;
    agentId?: string;
    agent?: string;
    packet?: HandoffPacket;
  },
): void {
  const previousOwner = conversation.owner;
  conversation.owner = owner.owner;
  conversation.agentId = owner.agentId ?? null;
  conversation.agent = owner.agent ?? '';
  if (owner.packet) conversation.handoff = Buffer.from(HandoffPacketCodec.encode(owner.packet).finish());
  if (owner.owner === ConversationOwner.CONVERSATION_OWNER_BOT) conversation.handoff = null;
  if (owner.owner !== ConversationOwner.CONVERSATION_OWNER_QUEUE) conversation.queuedAt = null;
  addChange(changes, conversation, channel, {
    $case: 'ownerChanged',
    value: { previousOwner, reason: owner.reason },
  });
}

/**
 * Writes everything collected: messages, deliveries, conversations, then the bus at the commit.
 *
 * @param changes what was collected.
 * @param bus takes the records.
 */
export async function writeChanges(changes: Changes, bus: Bus): Promise<void> {
  // Independent statements, issued together: the connection sends them in this order in one round trip.
  await Promise.all([
    saveConversations(changes.tx, [...changes.conversations.values()]),
    insertMessages(changes.tx, changes.messages),
    changes.replies.write(),
    insertDeliveries(changes.tx, changes.deliveries),
  ]);
  bus.publish(changes.tx, changes.records);
}
