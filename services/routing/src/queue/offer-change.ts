import { Offer, type ResolvedChannel } from '@omnigate/contracts';
import type { ConversationRow } from '../domain/conversation';
import { addChange, type Changes } from '../store/changes';
import type { OfferRow } from '../store/offers';

/**
 * An offer as the contract shows it, without the packet.
 *
 * @param row the offer.
 * @returns the message of the contract.
 */
export function toOffer(row: OfferRow): Offer {
  return Offer.fromPartial({
    id: row.id,
    conversationId: row.conversationId,
    agent: row.agent,
    agentId: row.agentId,
    state: row.state,
    expireTime: row.expiresAt,
    team: row.team,
  });
}

/**
 * Tells that an offer was made or has ended.
 *
 * @param changes where to collect.
 * @param conversation the conversation offered, locked by the transaction.
 * @param channel its channel.
 * @param offer the offer after the change.
 */
export function addOfferChange(
  changes: Changes,
  conversation: ConversationRow,
  channel: ResolvedChannel | undefined,
  offer: OfferRow,
): void {
  addChange(changes, conversation, channel, { $case: 'offerChanged', value: { offer: toOffer(offer) } });
}
