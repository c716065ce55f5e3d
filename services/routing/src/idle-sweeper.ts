import { type RegistryServiceService, Resolution } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import type { Client } from '@omnigate/rpc';
import { createRecurringWork } from '@omnigate/runtime';
import type { RoutingContext } from './context';
import { resolved } from './domain/conversation';
import { addOfferChange } from './queue/offer-change';
import { addChange, beginChanges, writeChanges } from './store/changes';
import { lockConversations } from './store/conversations';
import { answeredByBot, type IdleLimit, lockIdleConversations } from './store/idle-conversations';
import { withdrawOffers } from './store/offers';
import { deleteQueueEntries } from './store/queue';
import { endTurns } from './store/turns';

const everyMs = 60_000;
/** Of a tenant whose directory does not say. */
const defaultHours = 24;
/** Of each tenant, ended by one transaction, which is repeated until nothing is left. */
const conversationsAtOnce = 100;
/** Whose conversations one transaction may see. */
const tenantsAtOnce = 100;

/** What the sweeper works with. */
export interface SweeperContext
  extends Pick<RoutingContext, 'database' | 'bus' | 'directory' | 'clock' | 'logger'> {
  registry: Pick<Client<RegistryServiceService>, 'listTenants'>;
}

/** Ends conversations in which nothing happens any more. */
export interface IdleSweeper {
  /** Ends those that are due now. */
  sweep(): Promise<void>;
  begin(): void;
  stop(): Promise<void>;
}

/**
 * Ends, once a minute, conversations that the bot has and whose customer has not written for the tenant's idle hours. Where
 * the bot has answered, it is assumed that the question is solved; one that only a message to somebody opened, or a worker's
 * answer to one, had no question. Any number of processes share the work.
 *
 * @param context what the sweeper works with.
 * @returns how to begin and end it.
 */
export function createIdleSweeper(context: SweeperContext): IdleSweeper {
  const { logger } = context;
  const failure = 'idle conversations could not be ended';
  const recurring = createRecurringWork({ work: sweep, everyMs, logger, failure });

  async function sweepOf(tenantIds: readonly string[]): Promise<void> {
    const limits = await Promise.all(tenantIds.map((tenantId) => limitOf(context, tenantId)));
    let ended = 0;
    do ended = await endIdle(context, limits);
    while (ended >= conversationsAtOnce && !recurring.stopped);
  }

  async function sweep(): Promise<void> {
    const { tenantIds } = await context.registry.listTenants({});
    for (let from = 0; from < tenantIds.length && !recurring.stopped; from += tenantsAtOnce) {
      await sweepOf(tenantIds.slice(from, from + tenantsAtOnce));
    }
  }

  return { sweep: recurring.run, begin: recurring.begin, stop: recurring.stop };
}

async function limitOf({ directory }: SweeperContext, tenantId: string): Promise<IdleLimit> {
  const tenant = await directory.tenant(tenantId);
  return { tenantId, hours: tenant?.idleHours || defaultHours };
}

/**
 * Ends idle conversations of some tenants.
 *
 * @param context what the sweeper works with.
 * @param limits of each tenant.
 * @returns how many were ended.
 */
export async function endIdle(
  context: Pick<SweeperContext, 'database' | 'bus' | 'directory' | 'clock'>,
  limits: readonly IdleLimit[],
): Promise<number> {
  const tenants = limits.map(({ tenantId }) => tenantId);
  return context.database.transaction({ tenants }, async (tx) => {
    const ids = await lockIdleConversations(tx, limits, conversationsAtOnce);
    if (ids.length > 0) await end(context, tx, ids);
    return ids.length;
  });
}

async function end(
  context: Pick<SweeperContext, 'bus' | 'directory' | 'clock'>,
  tx: Transaction,
  ids: Awaited<ReturnType<typeof lockIdleConversations>>,
): Promise<void> {
  const conversations = await lockConversations(tx, ids);
  await endTurns(tx, ids);
  const offers = await withdrawOffers(tx, ids);
  await deleteQueueEntries(tx, ids);
  const answered = await answeredByBot(tx, ids);
  const changes = beginChanges(tx, context.clock());
  for (const conversation of conversations) {
    const channel = await context.directory.channel(conversation.channelId);
    const own = offers.filter(({ conversationId }) => conversationId === conversation.id);
    for (const offer of own) addOfferChange(changes, conversation, channel, offer);
    const { RESOLUTION_ASSUMED: solved, RESOLUTION_UNSPECIFIED: unknown } = Resolution;
    const value = { actor: 'system', resolution: answered.has(conversation.id) ? solved : unknown };
    addChange(changes, resolved(conversation), channel, { $case: 'resolved', value });
  }
  await writeChanges(changes, context.bus);
}
