import type { ResolvedChannel } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import type { RoutingContext } from '../context';
import type { ConversationRow } from '../domain/conversation';
import type { Queue } from '../queue/dispatcher';
import { addOfferChange } from '../queue/offer-change';
import { beginChanges, type Changes, writeChanges } from '../store/changes';
import { lockConversations } from '../store/conversations';
import { withdrawOffers } from '../store/offers';
import { deleteQueueEntries } from '../store/queue';
import { endTurns } from '../store/turns';

/** A conversation that a transaction holds, and what it will write. */
export interface Held {
  tx: Transaction;
  conversation: ConversationRow;
  channel: ResolvedChannel | undefined;
  changes: Changes;
}

/**
 * Runs work on one locked conversation and writes what it collected.
 *
 * @param context what routing works with.
 * @param id the conversation.
 * @param work what is to be done.
 * @returns what the work returned.
 * @throws AppError NOT_FOUND, or what the work threw, after which nothing has changed.
 */
export async function onConversation<T>(
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

/**
 * Ends everything that waits on a conversation: its turn, its offer, its place in a queue.
 *
 * @param held the conversation.
 */
export async function release({ tx, conversation, channel, changes }: Held): Promise<void> {
  const ids = [{ tenantId: conversation.tenantId, conversationId: conversation.id }];
  await endTurns(tx, ids);
  for (const offer of await withdrawOffers(tx, ids)) addOfferChange(changes, conversation, channel, offer);
  await deleteQueueEntries(tx, ids);
}

/**
 * The queues that an agent serves.
 *
 * @param context what routing works with.
 * @param tenantId the tenant.
 * @param agentId the agent; null for nobody.
 * @returns a queue for each of the agent's teams.
 */
export async function queuesOf(
  context: RoutingContext,
  tenantId: string,
  agentId: string | null,
): Promise<Queue[]> {
  const tenant = await context.tenants.get(tenantId);
  const teams = tenant.agents.find((agent) => agent.id === agentId)?.teams ?? [];
  return teams.map((team) => ({ tenantId, team }));
}
