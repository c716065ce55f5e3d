import {
  ConversationOwner,
  ConversationState,
  Direction,
  PartyRole,
  Resolution,
  type ResolveConversationRequest,
  type ResolvedChannel,
  type TransferConversationRequest,
} from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import type { CallContext } from '@omnigate/rpc';
import { newId, sanitizeText } from '@omnigate/runtime';
import type { RoutingContext } from '../context';
import { resolved } from '../domain/conversation';
import { packetByRules } from '../domain/handoff';
import { enqueue } from '../queue/enqueue';
import { addChange, addMessage, changeOwner } from '../store/changes';
import { firstUnanswered } from '../store/messages';
import { beginTurns } from '../store/turns';
import { requireOwnership } from './access';
import { type Held, onConversation, queuesOf, release } from './held-conversation';
import { handoffOf, toConversation } from './mapping';
import { requireId } from './requirements';

async function requireTeam(
  { tenants }: Pick<RoutingContext, 'tenants'>,
  tenantId: string,
  name: string,
): Promise<void> {
  if (name === '') return;
  const found = await tenants.find(tenantId, ({ teams }) => teams.find((team) => team.name === name));
  if (!found) throw new AppError('NOT_FOUND', { resource: `team ${name}` });
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
    const resolution = Resolution.RESOLUTION_UNSPECIFIED;
    const value = { actor: agent || keyName, resolution };
    addChange(changes, resolved(conversation), channel, { $case: 'resolved', value });
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
  await requireTeam(context, tenantId, request.team);
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
  if (team === '') return giveToBot(context, held, channel);
  const { conversation, changes } = held;
  conversation.team = team;
  const packet = { ...(handoffOf(conversation) ?? packetByRules([], 'TRANSFERRED')), reason: 'TRANSFERRED' };
  const item = { conversation, channel, packet, opening: '', language: conversation.language };
  await enqueue(changes, [item], context.tenants);
}

/** The bot starts afresh, with what the customer wrote that nobody has answered. */
async function giveToBot(context: RoutingContext, held: Held, channel: ResolvedChannel): Promise<void> {
  const { tx, conversation, changes } = held;
  conversation.dialogueState = '';
  changeOwner(changes, conversation, channel, {
    owner: ConversationOwner.CONVERSATION_OWNER_BOT,
    reason: 'TRANSFERRED',
  });
  const fromSeq = await firstUnanswered(tx, conversation, answering(channel));
  if (fromSeq === undefined || conversation.optedOut) return;
  const { tenantId, id: conversationId, messageSeq: coversSeq } = conversation;
  const turn = { tenantId, conversationId, id: newId(), fromSeq, coversSeq, running: false };
  await beginTurns(tx, [turn], context.instance);
  tx.onCommitted(() => context.runner.claimSoon());
}

/**
 * Who answers by speaking. What the bot could not answer was followed by a notice, and asking the bot again would hand
 * it over again; where people answer first the bot has not seen it.
 */
function answering(channel: ResolvedChannel): PartyRole[] {
  const speakers = [PartyRole.PARTY_ROLE_BOT, PartyRole.PARTY_ROLE_AGENT];
  return channel.firstResponder === 'people' ? speakers : [...speakers, PartyRole.PARTY_ROLE_SYSTEM];
}
