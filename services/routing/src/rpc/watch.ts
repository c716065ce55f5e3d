import { OfferState, type WatchConversationsRequest, type WatchOffersRequest } from '@omnigate/contracts';
import type { CallContext } from '@omnigate/rpc';
import type { RoutingContext } from '../context';
import { readConversations } from '../store/conversations';
import { readOffers } from '../store/offers';
import { actingAgent } from './access';
import { streamChanges } from './change-stream';
import { toFullOffer } from './mapping';
import { requireId } from './requirements';

/**
 * Streams changes of the caller's conversations.
 *
 * @param context what routing works with.
 * @param request where to go on, and one conversation or all.
 * @param ctx the call; its signal ends the stream.
 * @yields the start's token, then each change with the token after it.
 * @throws AppError RESUME_TOKEN_INVALID.
 */
export async function* watchConversations(
  context: RoutingContext,
  request: WatchConversationsRequest,
  ctx: CallContext,
) {
  const { tenantId } = ctx.identity;
  const only = request.conversationId === '' ? '' : requireId('conversation_id', request.conversationId);
  const options = { tenantId, resumeToken: request.resumeToken, signal: ctx.signal };
  for await (const { change, token } of streamChanges(context.bus, options)) {
    if (change && only !== '' && change.conversationId !== only) continue;
    yield { change, resumeToken: token };
  }
}

/** Marks a token that comes while the open offers are shown: who goes on from it sees them again. */
const lookingMark = 'open.';

/**
 * Streams an agent's offers: without a token the open ones first, the longest waiting before the others, then each change.
 * A stream that broke before all open ones were shown shows them when it is resumed.
 *
 * @param context what routing works with.
 * @param request where to go on, and the agent's name.
 * @param ctx the call; its signal ends the stream.
 * @yields the start's token, then offers with the token after each.
 * @throws AppError RESUME_TOKEN_INVALID, PERMISSION_DENIED, NOT_FOUND.
 */
export async function* watchOffers(context: RoutingContext, request: WatchOffersRequest, ctx: CallContext) {
  const { tenantId } = ctx.identity;
  const agent = await actingAgent(context, ctx, request.agent);
  const marked = request.resumeToken.startsWith(lookingMark);
  const resumeToken = marked ? request.resumeToken.slice(lookingMark.length) : request.resumeToken;
  const looks = marked || resumeToken === '';
  // Offers that the first look has shown already may come once more from the bus.
  const shown = new Set<string>();
  for await (const { change, token } of streamChanges(context.bus, {
    tenantId,
    resumeToken,
    signal: ctx.signal,
  })) {
    if (!change) {
      const start = looks ? lookingMark + token : token;
      yield { offer: undefined, resumeToken: start };
      const open = looks ? await openOffers(context, tenantId, agent.id) : [];
      for (const [index, offer] of open.entries()) {
        shown.add(offer.id);
        yield { offer, resumeToken: index === open.length - 1 ? token : start };
      }
      continue;
    }
    const offer = change.change?.$case === 'offerChanged' ? change.change.value.offer : undefined;
    if (!offer || offer.agentId !== agent.id) continue;
    const offered = offer.state === OfferState.OFFER_STATE_OFFERED;
    if (offered && shown.delete(offer.id)) continue;
    const full = offered
      ? (await openOffers(context, tenantId, agent.id)).find((item) => item.id === offer.id)
      : offer;
    yield { offer: full ?? offer, resumeToken: token };
  }
}

/** The open offers, the first made first. */
async function openOffers(context: RoutingContext, tenantId: string, agentId: string) {
  return context.database.transaction({ tenants: [tenantId] }, async (tx) => {
    const offers = await readOffers(tx, {
      tenantId,
      agentId,
      offerId: null,
      conversationId: null,
      openOnly: true,
    });
    const ids = offers.map(({ conversationId }) => ({ tenantId, conversationId }));
    const conversations = new Map((await readConversations(tx, ids)).map((row) => [row.id, row]));
    return offers.toReversed().map((offer) => toFullOffer(offer, conversations.get(offer.conversationId)));
  });
}
