import { ConversationOwner, ConversationState, OfferState } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import type { CallContext } from '@omnigate/rpc';
import type { RoutingContext } from '../context';
import { addOfferChange } from '../queue/offer-change';
import { changeOwner } from '../store/changes';
import { type OfferRow, readOffers, settleOffer } from '../store/offers';
import { deleteQueueEntries } from '../store/queue';
import { actingAgent } from './access';
import { onConversation } from './held-conversation';
import { toConversation, toFullOffer } from './mapping';

/**
 * Takes an offered conversation: one compare-and-set on the offer's id, state and expiry. A repeat by the same agent
 * returns the conversation again.
 *
 * @param context what routing works with.
 * @param offerId the offer.
 * @param ctx the call.
 * @returns the conversation, now the agent's.
 * @throws AppError OFFER_GONE, NOT_FOUND, PERMISSION_DENIED.
 */
export async function acceptOffer(context: RoutingContext, offerId: string, ctx: CallContext) {
  const { offer, agent } = await ownOffer(context, offerId, ctx);
  const { tenantId, conversationId } = offer;
  const row = await onConversation(context, { tenantId, conversationId }, async (held) => {
    const { tx, conversation, channel, changes } = held;
    const settled = await settleOffer(tx, {
      tenantId,
      offerId,
      state: OfferState.OFFER_STATE_ACCEPTED,
      beforeExpiry: true,
    });
    const mine =
      conversation.owner === ConversationOwner.CONVERSATION_OWNER_AGENT && conversation.agentId === agent.id;
    if (!settled && mine && (await isAccepted(tx, offer))) return conversation;
    if (!settled || conversation.state !== ConversationState.CONVERSATION_STATE_OPEN)
      throw new AppError('OFFER_GONE');
    await deleteQueueEntries(tx, [{ tenantId, conversationId }]);
    addOfferChange(changes, conversation, channel, settled);
    const owner = ConversationOwner.CONVERSATION_OWNER_AGENT;
    changeOwner(changes, conversation, channel, {
      owner,
      reason: 'ACCEPTED',
      agentId: agent.id,
      agent: agent.name,
    });
    return conversation;
  });
  return { conversation: await toConversation(context.directory, row) };
}

/** The offer and the agent in whose name it is answered, who must be the one that was asked. */
async function ownOffer(context: RoutingContext, offerId: string, ctx: CallContext) {
  const offer = await findOffer(context, ctx.identity.tenantId, offerId);
  const agent = await actingAgent(context, ctx, ctx.identity.agent ? '' : offer.agent);
  if (offer.agentId !== agent.id)
    throw new AppError('PERMISSION_DENIED', { reason: 'the offer is another agent’s' });
  return { offer, agent };
}

/** Read again under the lock: another call of the same agent may have accepted it since. */
async function isAccepted(tx: Transaction, { tenantId, id: offerId }: OfferRow): Promise<boolean> {
  const filter = { tenantId, offerId, agentId: null, conversationId: null, openOnly: false };
  const [offer] = await readOffers(tx, filter);
  return offer?.state === OfferState.OFFER_STATE_ACCEPTED;
}

/**
 * Says no to an offer; the conversation goes to the next agent.
 *
 * @param context what routing works with.
 * @param offerId the offer.
 * @param ctx the call.
 * @returns the offer after it.
 * @throws AppError OFFER_GONE, NOT_FOUND, PERMISSION_DENIED.
 */
export async function declineOffer(context: RoutingContext, offerId: string, ctx: CallContext) {
  const { offer } = await ownOffer(context, offerId, ctx);
  const { tenantId, conversationId } = offer;
  const declined = await onConversation(context, { tenantId, conversationId }, async (held) => {
    const { tx, conversation, channel, changes } = held;
    const settled = await settleOffer(tx, {
      tenantId,
      offerId,
      state: OfferState.OFFER_STATE_DECLINED,
      beforeExpiry: true,
    });
    if (!settled) throw new AppError('OFFER_GONE');
    addOfferChange(changes, conversation, channel, settled);
    return settled;
  });
  context.dispatcher.wake([{ tenantId, team: declined.team }]);
  return { offer: toFullOffer(declined, undefined) };
}

async function findOffer(context: RoutingContext, tenantId: string, offerId: string) {
  const filter = { tenantId, offerId, agentId: null, conversationId: null, openOnly: false };
  const offers = await context.database.transaction({ tenants: [tenantId] }, (tx) => readOffers(tx, filter));
  if (!offers[0]) throw new AppError('NOT_FOUND', { resource: 'offer' });
  return offers[0];
}

/**
 * Takes back every open offer of an agent who has gone.
 *
 * @param context what routing works with.
 * @param agent the agent.
 */
export async function withdrawOffersOf(
  context: RoutingContext,
  agent: { tenantId: string; id: string },
): Promise<void> {
  const { tenantId } = agent;
  const filter = { tenantId, offerId: null, agentId: agent.id, conversationId: null, openOnly: true };
  const offers = await context.database.transaction({ tenants: [tenantId] }, (tx) => readOffers(tx, filter));
  for (const { id: offerId, conversationId, team } of offers) {
    await onConversation(
      context,
      { tenantId, conversationId },
      async ({ tx, conversation, channel, changes }) => {
        const state = OfferState.OFFER_STATE_WITHDRAWN;
        const settled = await settleOffer(tx, { tenantId, offerId, state, beforeExpiry: true });
        if (settled) addOfferChange(changes, conversation, channel, settled);
      },
    );
    context.dispatcher.wake([{ tenantId, team }]);
  }
}
