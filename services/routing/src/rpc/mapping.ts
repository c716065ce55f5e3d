import {
  BusinessEventOutcome,
  BusinessEventResult,
  Contact,
  Content,
  Conversation,
  Delivery,
  type DeliveryState,
  Direction,
  HandoffPacket,
  Offer,
  StoredMessage,
} from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import type { ConversationRow } from '../domain/conversation';
import { toOffer } from '../queue/offer-change';
import type { BusinessEventRow } from '../store/business-events';
import type { DeliveryRow } from '../store/deliveries';
import type { MessageRow, MessageWithDelivery } from '../store/messages';
import type { OfferRow } from '../store/offers';

/**
 * The handoff packet of a conversation.
 *
 * @param row the conversation.
 * @returns the packet; undefined when there was no handoff.
 */
export function handoffOf(row: ConversationRow): HandoffPacket | undefined {
  return row.handoff && row.handoff.length > 0 ? HandoffPacket.decode(row.handoff) : undefined;
}

/**
 * A conversation as the contract shows it.
 *
 * @param directory names of channels.
 * @param row the conversation.
 * @param queuePlace its place in the queue from 1; 0 when it does not wait.
 * @returns the message of the contract.
 */
export async function toConversation(
  directory: DirectoryCache,
  row: ConversationRow,
  queuePlace = 0,
): Promise<Conversation> {
  const channel = await directory.channel(row.channelId);
  const handoff = handoffOf(row);
  return Conversation.fromPartial({
    id: row.id,
    channel: channel?.name ?? '',
    address: row.address,
    state: row.state,
    owner: row.owner,
    inboundCount: row.inboundCount,
    channelId: row.channelId,
    channelType: channel?.type ?? '',
    threadKey: row.threadKey,
    contactId: row.contactId,
    team: row.team,
    agent: row.agent,
    queuePlace,
    seq: BigInt(row.seq),
    createTime: row.createdAt,
    updateTime: row.updatedAt,
    ...(handoff && { handoff }),
  });
}

/**
 * A message as the contract shows it.
 *
 * @param row the message.
 * @param delivery what its delivery has come to; left out for a message that was just stored.
 * @returns the message of the contract.
 */
export function toMessage(
  row: MessageRow,
  delivery: { state: DeliveryState; errorCode: string } | undefined,
): StoredMessage {
  // Not by fromPartial, which would leave out what this version does not know.
  return {
    id: row.id,
    conversationId: row.conversationId,
    seq: BigInt(row.seq),
    direction: row.direction,
    sender: { role: row.role, name: row.senderName, address: row.senderAddress },
    content: Content.decode(row.content),
    attachments: row.attachments ? StoredMessage.decode(row.attachments).attachments : [],
    state: delivery?.state ?? 0,
    errorCode: delivery?.errorCode ?? '',
    providerMessageId: row.providerMessageId,
    occurredTime: row.occurredAt,
    createTime: row.createdAt,
    letter: undefined,
  };
}

/**
 * A message that was read with its delivery, as the contract shows it.
 *
 * @param row the message and its delivery.
 * @returns the message of the contract.
 */
export function toReadMessage(row: MessageWithDelivery): StoredMessage {
  const outbound = row.direction === Direction.DIRECTION_OUTBOUND && row.state !== null;
  return toMessage(
    row,
    outbound ? { state: row.state as DeliveryState, errorCode: row.errorCode ?? '' } : undefined,
  );
}

/**
 * An offer with what the agent should know, as the contract shows it.
 *
 * @param row the offer.
 * @param conversation the conversation offered; undefined when it is gone.
 * @returns the message of the contract.
 */
export function toFullOffer(row: OfferRow, conversation: ConversationRow | undefined): Offer {
  const handoff = conversation && handoffOf(conversation);
  return Offer.fromPartial({ ...toOffer(row), ...(handoff && { handoff }) });
}

/**
 * A delivery as the contract shows it.
 *
 * @param directory names of channels.
 * @param row the delivery.
 * @returns the message of the contract.
 */
export async function toDelivery(directory: DirectoryCache, row: DeliveryRow): Promise<Delivery> {
  const channel = await directory.channel(row.channelId);
  return Delivery.fromPartial({
    messageId: row.messageId,
    conversationId: row.conversationId,
    channel: channel?.name ?? '',
    address: row.address,
    state: row.state,
    attempts: row.attempts,
    errorCode: row.errorCode,
    providerMessageId: row.providerMessageId,
    createTime: row.createdAt,
    updateTime: row.updatedAt,
  });
}

/**
 * What became of a business event, as the contract shows it.
 *
 * @param directory names of channels.
 * @param row the event.
 * @returns the message of the contract.
 */
export async function toBusinessEventResult(
  directory: DirectoryCache,
  row: BusinessEventRow,
): Promise<BusinessEventResult> {
  const channel = row.channelId === null ? undefined : await directory.channel(row.channelId);
  const { BUSINESS_EVENT_OUTCOME_TOLD: told, BUSINESS_EVENT_OUTCOME_NOT_TOLD: notTold } =
    BusinessEventOutcome;
  return BusinessEventResult.fromPartial({
    eventId: row.eventId,
    name: row.name,
    outcome: row.told ? told : notTold,
    reason: row.reason,
    contactId: row.contactId ?? '',
    channel: channel?.name ?? '',
    conversationId: row.conversationId ?? '',
    messageId: row.messageId ?? '',
    occurredTime: row.occurredAt,
    createTime: row.createdAt,
  });
}

/** A contact's row with its addresses. */
export interface ContactRow {
  id: string;
  name: string;
  createdAt: Date;
  addresses: { namespace: string; value: string; optedOutChannelIds: string[] }[];
}

/**
 * A contact as the contract shows it.
 *
 * @param row the contact.
 * @returns the message of the contract.
 */
export function toContact(row: ContactRow): Contact {
  return Contact.fromPartial({
    id: row.id,
    name: row.name,
    addresses: row.addresses,
    createTime: row.createdAt,
  });
}
