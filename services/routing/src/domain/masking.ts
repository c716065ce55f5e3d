import {
  type Content,
  type Conversation,
  DeliveryState,
  type Direction,
  type MediaItem,
  PartyRole,
  type ResolvedChannel,
  type StoredMessage,
} from '@omnigate/contracts';
import { maskPersonalData } from '@omnigate/runtime';
import type { ConversationRow } from './conversation';

/**
 * An address of which only the end can be read.
 *
 * @param address a telephone number, e-mail address or other id.
 * @returns the last 4 characters after "***"; shorter addresses vanish.
 */
export function maskAddress(address: string): string {
  return address.length > 6 ? `***${address.slice(-4)}` : '***';
}

/**
 * A conversation as events show it: its address masked, without the packet.
 *
 * @param row the conversation.
 * @param channel its channel; undefined when it was deleted.
 * @returns the message of the contract.
 */
export function changedSnapshot(row: ConversationRow, channel: ResolvedChannel | undefined): Conversation {
  return {
    id: row.id,
    channel: channel?.name ?? '',
    address: maskAddress(row.address),
    state: row.state,
    owner: row.owner,
    inboundCount: row.inboundCount,
    channelId: row.channelId,
    channelType: channel?.type ?? '',
    threadKey: row.threadKey,
    contactId: row.contactId,
    team: row.team,
    agent: row.agent,
    queuePlace: 0,
    seq: BigInt(row.seq),
    createTime: row.createdAt,
    updateTime: row.updatedAt,
    handoff: undefined,
    rating: row.rating ? { ...row.rating, comment: maskPersonalData(row.rating.comment) } : undefined,
  };
}

type Fields = Record<string, unknown>;

/** What leads to the thing itself, or to the person. */
const withheld: Fields = { providerUrl: '', providerMediaId: '', latitude: 0, longitude: 0 };

/** Ids of ours, in which digits would be taken for a telephone number. */
const ids = new Set(['mediaId', 'thumbnailId']);

/** Texts are masked, at every depth; fields that this version does not know are left out. */
function maskedFields(fields: Fields): Fields {
  const known = Object.entries(fields).filter(([name]) => name !== '_unknownFields');
  return Object.fromEntries(
    known.map(([name, value]) => [name, withheld[name] ?? (ids.has(name) ? value : masked(value))]),
  );
}

function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskPersonalData(value);
  if (Array.isArray(value)) return value.map(masked);
  return typeof value === 'object' && value !== null ? maskedFields(value as Fields) : value;
}

function maskedContent(content: Content | undefined): Content | undefined {
  const kind = content?.kind;
  if (!kind) return content && { kind: undefined };
  // Most messages; without a walk.
  if (kind.$case === 'text') {
    return { kind: { $case: 'text', value: { body: maskPersonalData(kind.value.body) } } };
  }
  const value = maskedFields(kind.value as unknown as Fields);
  return { kind: { $case: kind.$case, value } as unknown as Content['kind'] };
}

/**
 * What became of files as events show it: without what leads to the provider's copy, names and captions masked.
 *
 * @param items the files.
 * @returns the files, masked.
 */
export function maskedItems(items: readonly MediaItem[]): MediaItem[] {
  return items.map(({ index, media }) => ({
    index,
    media: media && (maskedFields(media as unknown as Fields) as unknown as typeof media),
  }));
}

/** The part of a message's row that events show. */
export interface ShownMessage {
  id: string;
  conversationId: string;
  seq: number;
  direction: Direction;
  role: PartyRole;
  senderName: string;
  occurredAt: Date;
  createdAt: Date;
}

/**
 * A message as events show it: personal data in its texts masked, no address or name of a customer, no
 * places or links to media.
 *
 * @param row the message.
 * @param content what it says.
 * @returns the message of the contract.
 */
export function maskedMessage(row: ShownMessage, content: Content | undefined): StoredMessage {
  const isCustomer = row.role === PartyRole.PARTY_ROLE_CUSTOMER;
  return {
    id: row.id,
    conversationId: row.conversationId,
    seq: BigInt(row.seq),
    direction: row.direction,
    sender: { role: row.role, name: isCustomer ? '' : row.senderName, address: '' },
    content: maskedContent(content),
    attachments: [],
    state: DeliveryState.DELIVERY_STATE_UNSPECIFIED,
    errorCode: '',
    providerMessageId: '',
    occurredTime: row.occurredAt,
    createTime: row.createdAt,
    letter: undefined,
  };
}
