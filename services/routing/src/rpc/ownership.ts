import {
  ConversationOwner,
  ConversationState,
  Direction,
  OfferState,
  PartyRole,
  type ResolveConversationRequest,
  type ResolvedChannel,
  type TransferConversationRequest,
} from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import type { CallContext } from '@omnigate/rpc';
import { sanitizeText } from '@omnigate/runtime';
import type { RoutingContext } from '../context';
import type { ConversationRow } from '../domain/conversation';
import { packetByRules } from '../domain/handoff';
import type { Queue } from '../queue/dispatcher';
import { enqueue } from '../queue/enqueue';
import { addOfferChange } from '../queue/offer-change';
import {
  addChange,
  addMessage,
  beginChanges,
  type Changes,
  changeOwner,
  writeChanges,
} from '../store/changes';
import { lockConversations } from '../store/conversations';
import { readOffers, settleOffer, withdrawOffers } from '../store/offers';
import { deleteQueueEntries } from '../store/queue';
import { endTurns } from '../store/turns';
import { actingAgent, requireOwnership } from './access';
import { handoffOf, requireId, toConversation, toFullOffer } from './mapping';

interface Held {
  tx: Transaction;
  conversation: ConversationRow;
  channel: ResolvedChannel | undefined;
  changes: Changes;
}

/** Runs work on one locked conversation, writes what it collected, and returns what it returned. */
async function onConversation<T>(
  context: RoutingContext,
  id: { tenantId: string; conversationId: string },
  work: (held: Held) => Promise<T>,
): Promise<T> {
  return context.database.transaction({ tenants: [id.tenantId] }, async (tx) => {
    const [conversation] = await lockConversations(tx, [id]);
    if (!conversation) throw new AppError('NOT_FOUND', { resource: 'conversation' });
    const channel = await context.directory.channel(conversation.channelId);
    const changes = beginChanges(tx, context.clock());
    const result = await work({ tx, conversation, channel, changes });
    await writeChanges(changes, context.bus);
    return result;
  });
}

/** Ends everything that waits on a conversation: its turn, its offer, its place in a queue. */
async function release({ tx, conversation, channel, changes }: Held): Promise<void> {
  const ids = [{ tenantId: conversation.tenantId, conversationId: conversation.id }];
  await endTurns(tx, ids);
  for (const offer of await withdrawOffers(tx, ids)) addOfferChange(changes, conversation, channel, offer);
  await deleteQueueEntries(tx, ids);
}

async function queuesOf(context: RoutingContext, tenantId: string, agentId: string | null): Promise<Queue[]> {
  const tenant = await context.tenants.get(tenantId);
  const teams = tenant.agents.find((agent) => agent.id === agentId)?.teams ?? [];
  return teams.map((team) => ({ tenantId, team }));
}

/**
 * Ends a conversation; a repeat changes nothing.
 *
 * @param context what routing works with.
 * @param request the conversation.
 * @param ctx the call.
 * @returns the conversation after it.
 * @throws AppError NOT_FOUND, NOT_OWNER.
 */
export async function resolveConversation(
  context: RoutingContext,
  request: ResolveConversationRequest,
  ctx: CallContext,
) {
  const { tenantId, agent, keyName } = ctx.identity;
  const conversationId = requireId('conversation_id', request.conversationId);
  let freed: string | null = null;
  const row = await onConversation(context, { tenantId, conversationId }, async (held) => {
    const { conversation, channel, changes } = held;
    if (conversation.state === ConversationState.CONVERSATION_STATE_RESOLVED) return conversation;
    requireOwnership(ctx, conversation);
    await release(held);
    freed = conversation.agentId;
    conversation.state = ConversationState.CONVERSATION_STATE_RESOLVED;
    conversation.agentId = null;
    conversation.queuedAt = null;
    addChange(changes, conversation, channel, { $case: 'resolved', value: { actor: agent || keyName } });
    return conversation;
  });
  context.dispatcher.wake(await queuesOf(context, tenantId, freed));
  return { conversation: await toConversation(context.directory, row) };
}

/**
 * Gives a conversation to a team's queue, or back to the bot.
 *
 * @param context what routing works with.
 * @param request the conversation, the team, and a note for the next person.
 * @param ctx the call.
 * @returns the conversation after it.
 * @throws AppError NOT_FOUND, NOT_OWNER, CONVERSATION_RESOLVED.
 */
export async function transferConversation(
  context: RoutingContext,
  request: TransferConversationRequest,
  ctx: CallContext,
) {
  const { tenantId } = ctx.identity;
  const conversationId = requireId('conversation_id', request.conversationId);
  const tenant = await context.tenants.get(tenantId);
  if (request.team !== '' && !tenant.teams.some((team) => team.name === request.team)) {
    throw new AppError('NOT_FOUND', { resource: `team ${request.team}` });
  }
  let freed: string | null = null;
  const row = await onConversation(context, { tenantId, conversationId }, async (held) => {
    const { conversation, channel } = held;
    if (conversation.state !== ConversationState.CONVERSATION_STATE_OPEN)
      throw new AppError('CONVERSATION_RESOLVED');
    if (!channel) throw new AppError('NOT_FOUND', { resource: 'channel of the conversation' });
    requireOwnership(ctx, conversation);
    freed = conversation.agentId;
    await release(held);
    addTransferNote(held, request.note, ctx);
    await moveTo(context, held, channel, request.team);
    return conversation;
  });
  context.dispatcher.wake([...(await queuesOf(context, tenantId, freed)), { tenantId, team: row.team }]);
  return { conversation: await toConversation(context.directory, row) };
}

function addTransferNote({ changes, conversation, channel }: Held, note: string, ctx: CallContext): void {
  const body = sanitizeText(note);
  if (body.trim() === '') return;
  addMessage(changes, conversation, channel, {
    direction: Direction.DIRECTION_INTERNAL,
    role: PartyRole.PARTY_ROLE_AGENT,
    senderName: ctx.identity.agent ?? '',
    content: { kind: { $case: 'text', value: { body } } },
  });
}

async function moveTo(
  context: RoutingContext,
  held: Held,
  channel: ResolvedChannel,
  team: string,
): Promise<void> {
  const { conversation, changes } = held;
  if (team === '') {
    conversation.dialogueState = '';
    changeOwner(changes, conversation, channel, {
      owner: ConversationOwner.CONVERSATION_OWNER_BOT,
      reason: 'TRANSFERRED',
    });
    return;
  }
  conversation.team = team;
  const packet = { ...(handoffOf(conversation) ?? packetByRules([], 'TRANSFERRED')), reason: 'TRANSFERRED' };
  const item = { conversation, channel, packet, opening: '', language: conversation.language };
  await enqueue(changes, [item], context.tenants);
}

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
  const { tenantId } = ctx.identity;
  const offer = await findOffer(context, tenantId, offerId);
  const agent = await actingAgent(context, ctx, ctx.identity.agent ? '' : offer.agent);
  if (offer.agentId !== agent.id)
    throw new AppError('PERMISSION_DENIED', { reason: 'the offer is another agent’s' });
  const { conversationId } = offer;
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
    if (!settled && mine && offer.state === OfferState.OFFER_STATE_ACCEPTED) return conversation;
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
  const { tenantId } = ctx.identity;
  const offer = await findOffer(context, tenantId, offerId);
  const agent = await actingAgent(context, ctx, ctx.identity.agent ? '' : offer.agent);
  if (offer.agentId !== agent.id)
    throw new AppError('PERMISSION_DENIED', { reason: 'the offer is another agent’s' });
  const { conversationId } = offer;
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
