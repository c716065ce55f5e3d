import { PresenceState, RoutingServiceService, type SetPresenceRequest } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { type CallContext, defineService, type RpcService } from '@omnigate/rpc';
import type { RoutingContext } from '../context';
import { isOpen } from '../domain/hours';
import { agentLoads, setPresence } from '../store/agents';
import { readConversations } from '../store/conversations';
import { readOffers } from '../store/offers';
import { queuePlaces } from '../store/queue';
import { actingAgent, actors, readers } from './access';
import { toConversation, toFullOffer } from './mapping';
import { acceptOffer, declineOffer, withdrawOffersOf } from './offers';
import { requireId, requireKnown } from './requirements';
import { watchOffers } from './watch';

/**
 * RoutingService: queues, agents and offers.
 *
 * @param context what routing works with.
 * @returns the service.
 */
export function createRoutingService(context: RoutingContext): RpcService {
  const allow = {
    setPresence: actors,
    watchOffers: actors,
    acceptOffer: actors,
    declineOffer: actors,
    explainRouting: readers,
  };
  return defineService(RoutingServiceService, allow, {
    setPresence: (request, ctx) => changePresence(context, request, ctx),
    watchOffers: (request, ctx) => watchOffers(context, request, ctx),
    acceptOffer: (request, ctx) => acceptOffer(context, requireId('offer_id', request.offerId), ctx),
    declineOffer: (request, ctx) => declineOffer(context, requireId('offer_id', request.offerId), ctx),
    explainRouting: (request, ctx) =>
      explain(context, requireId('conversation_id', request.conversationId), ctx),
  });
}

async function changePresence(context: RoutingContext, request: SetPresenceRequest, ctx: CallContext) {
  const { tenantId } = ctx.identity;
  const state = requireKnown('state', request.state, PresenceState);
  if (state === PresenceState.PRESENCE_STATE_UNSPECIFIED) {
    throw new AppError(
      'INVALID_ARGUMENT',
      {},
      { fields: [{ field: 'state', description: 'must be ONLINE, AWAY or OFFLINE' }] },
    );
  }
  const agent = await actingAgent(context, ctx, request.agent);
  const active = await context.database.transaction({ tenants: [tenantId] }, async (tx) => {
    await setPresence(tx, { tenantId, agentId: agent.id, agent: agent.name, state });
    return (await agentLoads(tx, tenantId, [agent.id]))[0]?.active ?? 0;
  });
  if (state === PresenceState.PRESENCE_STATE_OFFLINE)
    await withdrawOffersOf(context, { tenantId, id: agent.id });
  context.dispatcher.wake(agent.teams.map((team) => ({ tenantId, team })));
  return { agent: agent.name, state, activeConversations: active };
}

async function explain(context: RoutingContext, conversationId: string, ctx: CallContext) {
  const { tenantId } = ctx.identity;
  const tenant = await context.tenants.get(tenantId);
  return context.database.transaction({ tenants: [tenantId] }, async (tx) => {
    const [row] = await readConversations(tx, [{ tenantId, conversationId }]);
    if (!row) throw new AppError('NOT_FOUND', { resource: 'conversation' });
    const offers = await readOffers(tx, {
      tenantId,
      conversationId,
      offerId: null,
      agentId: null,
      openOnly: false,
    });
    const loads = await agentLoads(
      tx,
      tenantId,
      tenant.agents.map((agent) => agent.id),
    );
    const places = await queuePlaces(tx, [{ tenantId, conversationId }]);
    const team = tenant.teams.find((item) => item.name === row.team);
    return {
      conversation: await toConversation(context.directory, row, places.get(row.id)),
      team: row.team,
      teamOpen: isOpen(team?.hours ?? [], context.clock(), tenant.timeZone),
      agents: tenant.agents.map((agent) =>
        explainAgent(
          agent,
          row.team,
          loads.find((load) => load.agentId === agent.id),
        ),
      ),
      offers: offers.map((offer) => toFullOffer(offer, undefined)),
    };
  });
}

function explainAgent(
  agent: { name: string; teams: string[]; maxConversations: number },
  team: string,
  load: { state: PresenceState; active: number } | undefined,
) {
  const active = load?.active ?? 0;
  let reason = '';
  if (!agent.teams.includes(team)) reason = 'NOT_IN_TEAM';
  else if (load?.state !== PresenceState.PRESENCE_STATE_ONLINE) reason = 'OFFLINE';
  else if (active >= agent.maxConversations) reason = 'FULL';
  return {
    agent: agent.name,
    eligible: reason === '',
    reason,
    activeConversations: active,
    maxConversations: agent.maxConversations,
  };
}
