import type { ConversationOwner, ConversationState, Rating } from '@omnigate/contracts';

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
