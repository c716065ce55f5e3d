import { ConversationOwner, ConversationState, type Rating, type ResolvedChannel } from '@omnigate/contracts';

/** A conversation's row, locked by the transaction that holds it; changed in memory and written once. */
export interface ConversationRow {
  tenantId: string;
  id: string;
  channelId: string;
  address: string;
  threadKey: string;
  contactId: string;
  state: ConversationState;
  owner: ConversationOwner;
  team: string;
  agentId: string | null;
  agent: string;
  language: string;
  inboundCount: number;
  /** Number of its last message, from 1. */
  messageSeq: number;
  /** Number of its last change, from 1. */
  seq: number;
  dialogueState: string;
  /** Encoded HandoffPacket. */
  handoff: Buffer | null;
  queuedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  /** The customer wants no messages on this channel. */
  optedOut: boolean;
  /** What the customer thought of it; null until then. */
  rating: Rating | null;
}

/**
 * Ends a conversation in memory: nobody has it, and it waits for nobody.
 *
 * @param conversation the row; it is changed.
 * @returns the same.
 */
export function resolved(conversation: ConversationRow): ConversationRow {
  conversation.state = ConversationState.CONVERSATION_STATE_RESOLVED;
  conversation.agentId = null;
  conversation.queuedAt = null;
  return conversation;
}

/** What a conversation begins with. */
export interface ConversationBeginning {
  tenantId: string;
  channelId: string;
  address: string;
  threadKey: string;
  id: string;
  contactId: string;
  /** Empty until somebody has written. */
  language: string;
  createdAt: Date;
}

/**
 * A conversation as it begins: open, with whoever answers first on its channel.
 *
 * @param beginning where it is, and whose.
 * @param channel its channel.
 * @returns a row without messages.
 */
export function beginConversation(
  beginning: ConversationBeginning,
  channel: ResolvedChannel,
): ConversationRow {
  return {
    ...beginning,
    state: ConversationState.CONVERSATION_STATE_OPEN,
    owner:
      channel.firstResponder === 'people'
        ? ConversationOwner.CONVERSATION_OWNER_QUEUE
        : ConversationOwner.CONVERSATION_OWNER_BOT,
    team: channel.team,
    agentId: null,
    agent: '',
    inboundCount: 0,
    messageSeq: 0,
    seq: 0,
    dialogueState: '',
    handoff: null,
    queuedAt: null,
    updatedAt: beginning.createdAt,
    optedOut: false,
    rating: null,
  };
}
