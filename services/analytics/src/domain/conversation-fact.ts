import {
  type Content,
  type ConversationChanged,
  ConversationOwner,
  Direction,
  PartyRole,
  Resolution,
  type StoredMessage,
} from '@omnigate/contracts';
import { durationLabel } from './duration';
import type { Figure, Measure } from './figure';
import { type Sequence, takeOnce } from './sequence';
import { slotOf } from './slot';

/** Messages of a conversation in one bucket of time. */
export interface Volume {
  slot: number;
  inbound: number;
  outbound: number;
}

/** A conversation that went to a person. */
export interface Handoff {
  slot: number;
  /** UPPER_SNAKE_CASE. */
  reason: string;
}

/** What is known of a conversation, and all that its figures come from; nothing that anybody wrote. */
export interface ConversationFact extends Sequence {
  tenantId: string;
  id: string;
  /** The channel's name. */
  channel: string;
  openedAt: Date;
  firstInboundAt: Date | null;
  /** The first message of the bot or an agent after it. */
  firstAnswerAt: Date | null;
  handedOverAt: Date | null;
  /** The first message of an agent after the first handoff. */
  agentAnswerAt: Date | null;
  resolvedAt: Date | null;
  resolution: Resolution;
  /** An agent had it. */
  hadPerson: boolean;
  ratedAt: Date | null;
  score: number;
  handoffs: Handoff[];
  volumes: Volume[];
}

/**
 * A conversation of which nothing has been counted.
 *
 * @param change any of its changes.
 * @returns the fact, before the change.
 */
export function newConversationFact(change: ConversationChanged): ConversationFact {
  const { conversationId: id, tenantId, conversation, occurredTime } = change;
  return {
    ...{ tenantId, id, channel: conversation?.channel ?? '', last: 0, missing: [] },
    openedAt: conversation?.createTime ?? occurredTime ?? new Date(0),
    ...{ firstInboundAt: null, firstAnswerAt: null, handedOverAt: null, agentAnswerAt: null },
    ...{ resolvedAt: null, resolution: Resolution.RESOLUTION_UNSPECIFIED, hadPerson: false },
    ...{ ratedAt: null, score: 0, handoffs: [], volumes: [] },
  };
}

/**
 * Takes a change into a fact.
 *
 * @param fact of the change's conversation; it is changed.
 * @param change what happened.
 * @returns false for a repeat, which changes nothing.
 */
export function takeConversationChange(fact: ConversationFact, change: ConversationChanged): boolean {
  if (!takeOnce(fact, Number(change.seq))) return false;
  const at = change.occurredTime ?? fact.openedAt;
  // A channel that was deleted meanwhile has no name any more.
  fact.channel = fact.channel || (change.conversation?.channel ?? '');
  const happened = change.change;
  switch (happened?.$case) {
    case 'messageRecorded':
      takeMessage(fact, happened.value.message, at);
      break;
    case 'ownerChanged':
      takeOwner(fact, change.conversation?.owner, { slot: slotOf(at), reason: happened.value.reason }, at);
      break;
    case 'resolved':
      fact.resolvedAt = at;
      fact.resolution = happened.value.resolution;
      break;
    case 'rated':
      takeRating(fact, happened.value.score, at);
      break;
    default:
  }
  return true;
}

function takeMessage(fact: ConversationFact, message: StoredMessage | undefined, at: Date): void {
  if (message?.direction === Direction.DIRECTION_INBOUND) {
    if (!isSaid(message.content)) return;
    volumeAt(fact, at).inbound += 1;
    fact.firstInboundAt = earlier(fact.firstInboundAt, at);
  } else if (message?.direction === Direction.DIRECTION_OUTBOUND) {
    volumeAt(fact, at).outbound += 1;
    takeAnswer(fact, message.sender?.role, at);
  }
}

/** Of what happens on a channel only a tap on its menu says something; a subscription waits for no answer. */
const isSaid = (content: Content | undefined): boolean =>
  content?.kind?.$case !== 'event' || content.kind.value.name === 'menu-click';

function takeAnswer(fact: ConversationFact, role: PartyRole | undefined, at: Date): void {
  const byAgent = role === PartyRole.PARTY_ROLE_AGENT;
  // What the system says, such as a place in the queue, answers nothing.
  if (!byAgent && role !== PartyRole.PARTY_ROLE_BOT) return;
  if (fact.firstInboundAt && at >= fact.firstInboundAt) fact.firstAnswerAt = earlier(fact.firstAnswerAt, at);
  if (!byAgent) return;
  fact.hadPerson = true;
  if (fact.handedOverAt && at >= fact.handedOverAt) fact.agentAnswerAt = earlier(fact.agentAnswerAt, at);
}

function takeOwner(
  fact: ConversationFact,
  owner: ConversationOwner | undefined,
  handoff: Handoff,
  at: Date,
): void {
  if (owner === ConversationOwner.CONVERSATION_OWNER_AGENT) fact.hadPerson = true;
  if (owner !== ConversationOwner.CONVERSATION_OWNER_QUEUE) return;
  fact.handoffs.push(handoff);
  fact.handedOverAt = earlier(fact.handedOverAt, at);
}

/** Of several ratings the latest counts. */
function takeRating(fact: ConversationFact, score: number, at: Date): void {
  if (fact.ratedAt && fact.ratedAt > at) return;
  fact.ratedAt = at;
  fact.score = score;
}

const earlier = (known: Date | null, at: Date): Date => (known && known <= at ? known : at);

function volumeAt(fact: ConversationFact, at: Date): Volume {
  const slot = slotOf(at);
  const known = fact.volumes.findLast((volume) => volume.slot === slot);
  if (known) return known;
  const volume = { slot, inbound: 0, outbound: 0 };
  fact.volumes.push(volume);
  return volume;
}

/**
 * What a conversation counts for.
 *
 * @param fact what is known of it.
 * @returns its part of the figures.
 */
export function conversationFigures(fact: ConversationFact): Figure[] {
  const { tenantId, channel } = fact;
  const figures: Figure[] = [];
  const count = (slot: number, measure: Measure, label = '', times = 1): void => {
    if (times > 0) figures.push({ tenantId, slot, channel, measure, label, count: times });
  };
  const lasted = (measure: Measure, from: Date | null, to: Date | null): void => {
    if (from && to) count(slotOf(to), measure, durationLabel(from, to));
  };
  count(slotOf(fact.openedAt), 'conversation');
  for (const { slot, inbound, outbound } of fact.volumes) {
    count(slot, 'inbound', '', inbound);
    count(slot, 'outbound', '', outbound);
  }
  for (const { slot, reason } of fact.handoffs) count(slot, 'handoff', reason);
  lasted('first_response', fact.firstInboundAt, fact.firstAnswerAt);
  lasted('agent_response', fact.handedOverAt, fact.agentAnswerAt);
  lasted('resolution', fact.openedAt, fact.resolvedAt);
  if (fact.resolvedAt) count(slotOf(fact.resolvedAt), 'outcome', outcomeOf(fact));
  if (fact.ratedAt) count(slotOf(fact.ratedAt), 'rating', String(fact.score));
  return figures;
}

/** How a conversation ended. */
export type Outcome = 'confirmed' | 'assumed' | 'people' | 'nobody';

function outcomeOf({ hadPerson, resolution, handoffs, firstAnswerAt }: ConversationFact): Outcome {
  if (hadPerson) return 'people';
  if (resolution === Resolution.RESOLUTION_CONFIRMED) return 'confirmed';
  if (resolution === Resolution.RESOLUTION_ASSUMED) return 'assumed';
  return firstAnswerAt || handoffs.length > 0 ? 'people' : 'nobody';
}
