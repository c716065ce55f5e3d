import {
  ConversationOwner,
  ConversationState,
  OfferState,
  PresenceState,
  type ResolvedAgent,
} from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { toAppError } from '@omnigate/errors';
import { newId } from '@omnigate/runtime';
import type { RoutingContext } from '../context';
import { type Candidate, chooseAgent } from '../domain/choose-agent';
import type { ConversationRow } from '../domain/conversation';
import { agentLoads, lockAgentLoads } from '../store/agents';
import { beginChanges, writeChanges } from '../store/changes';
import { lockConversations } from '../store/conversations';
import { insertOffers, type NewOffer, nextDeadlines, settleOffer } from '../store/offers';
import { type WaitingEntry, waitingEntries, waitingQueues } from '../store/queue';
import { addOfferChange } from './offer-change';

/** Conversations offered in one transaction. */
const offersAtOnce = 50;
const defaultOfferSeconds = 30;
/** Deadlines are looked at when the nearest is due, and at least so often, for what other processes wrote. */
const lookEveryMs = 5_000;
/** Queues are looked over so often, in case a wake-up was lost with its process. */
const reconcileEveryMs = 30_000;
/** Agents and teams that change together are looked at once. */
const reconcileAfterChangeMs = 50;

/** A team's queue. */
export interface Queue {
  tenantId: string;
  team: string;
}

/** Offers waiting conversations to agents, when something changes: never by polling queues. */
export interface Dispatcher {
  /** Something waits, or somebody became free. */
  wake(queues: readonly Queue[]): void;
  /** Begins to let offers lapse. */
  begin(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Creates the dispatcher.
 *
 * @param context what routing works with.
 * @returns the dispatcher.
 */
export function createDispatcher(context: Omit<RoutingContext, 'runner' | 'dispatcher'>): Dispatcher {
  const waiting = new Map<string, Queue>();
  let working: Promise<void> | undefined;
  let lapsing: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let reconciler: NodeJS.Timeout | undefined;
  let changed: NodeJS.Timeout | undefined;
  let stopListening = (): void => undefined;
  let stopped = false;

  function wake(queues: readonly Queue[]): void {
    for (const { tenantId, team } of queues) waiting.set(`${tenantId} ${team}`, { tenantId, team });
    if (waiting.size > 0 && !working && !stopped) {
      working = work().finally(() => {
        working = undefined;
        wake([]);
      });
    }
  }

  async function work(): Promise<void> {
    // Wakes that come within a few milliseconds, as in a burst, are one.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const queues = [...waiting.values()];
    waiting.clear();
    for (const queue of queues) await dispatch(queue);
  }

  async function dispatch(queue: Queue): Promise<void> {
    try {
      const offered = await offerNext(context, queue);
      if (offered >= offersAtOnce) wake([queue]);
      if (offered > 0) schedule(0);
    } catch (error) {
      context.logger.warn(
        { err: toAppError(error), tenant_id: queue.tenantId },
        'queue could not be dispatched',
      );
      setTimeout(() => wake([queue]), 1_000).unref();
    }
  }

  function schedule(ms: number): void {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(() => {
      lapsing = lapse();
    }, ms);
  }

  async function lapse(): Promise<void> {
    try {
      const deadlines = await nextDeadlines(context.database, offersAtOnce);
      for (const deadline of deadlines.filter((item) => item.remainingMs <= 0)) {
        wake(await lapseOffer(context, deadline));
      }
      const next = deadlines.find((item) => item.remainingMs > 0)?.remainingMs ?? lookEveryMs;
      schedule(Math.min(next + 5, lookEveryMs));
    } catch (error) {
      context.logger.warn({ err: toAppError(error) }, 'lapsed offers could not be settled');
      schedule(1_000);
    }
  }

  async function reconcile(): Promise<void> {
    try {
      wake(await waitingQueues(context.database));
    } catch (error) {
      context.logger.warn({ err: toAppError(error) }, 'waiting queues could not be read');
    }
  }

  // An agent of a team whom this process did not know may be there already, and free.
  function onChanged({ kind }: { kind: string }): void {
    if (kind !== 'Agent' && kind !== 'Team') return;
    clearTimeout(changed);
    changed = setTimeout(() => void reconcile(), reconcileAfterChangeMs);
  }

  return {
    wake,
    async begin() {
      schedule(0);
      stopListening = context.directory.onChanged(onChanged);
      await reconcile();
      reconciler = setInterval(() => void reconcile(), reconcileEveryMs);
    },
    async stop() {
      stopped = true;
      stopListening();
      clearTimeout(changed);
      clearTimeout(timer);
      clearInterval(reconciler);
      await lapsing;
      await working;
    },
  };
}

type DispatchContext = Omit<RoutingContext, 'runner' | 'dispatcher'>;

async function offerNext(context: DispatchContext, queue: Queue): Promise<number> {
  const tenant = await context.tenants.get(queue.tenantId);
  const agents = tenant.agents.filter((agent) => agent.teams.includes(queue.team));
  if (agents.length === 0) return 0;
  return context.database.transaction({ tenants: [queue.tenantId] }, async (tx) => {
    const ids = agents.map((agent) => agent.id);
    const free = candidates(agents, await agentLoads(tx, queue.tenantId, ids));
    if (free.length === 0) return 0;
    const entries = await waitingEntries(tx, queue, offersAtOnce);
    if (entries.length === 0) return 0;
    const seconds =
      tenant.teams.find((team) => team.name === queue.team)?.offerSeconds || defaultOfferSeconds;
    return makeOffers(context, tx, { queue, agents, entries, seconds });
  });
}

interface Offering {
  queue: Queue;
  agents: ResolvedAgent[];
  entries: WaitingEntry[];
  seconds: number;
}

async function makeOffers(context: DispatchContext, tx: Transaction, offering: Offering): Promise<number> {
  const { queue, entries, agents } = offering;
  const ids = entries.map(({ conversationId }) => ({ tenantId: queue.tenantId, conversationId }));
  const conversations = new Map((await lockConversations(tx, ids)).map((row) => [row.id, row]));
  const agentIds = agents.map((agent) => agent.id);
  const free = candidates(agents, await lockAgentLoads(tx, queue.tenantId, agentIds));
  const wanted: NewOffer[] = [];
  for (const entry of entries) {
    const conversation = conversations.get(entry.conversationId);
    const agent = conversation && waits(conversation, queue) && chooseAgent(free, entry.refusedBy);
    if (!agent) continue;
    agent.active += 1;
    const { tenantId } = queue;
    wanted.push({
      tenantId,
      id: newId(),
      conversationId: entry.conversationId,
      agentId: agent.agentId,
      agent: agent.agent,
      team: queue.team,
      seconds: offering.seconds,
    });
  }
  if (wanted.length === 0) return 0;
  const changes = beginChanges(tx, context.clock());
  for (const offer of await insertOffers(tx, wanted)) {
    const conversation = conversations.get(offer.conversationId) as ConversationRow;
    addOfferChange(changes, conversation, await context.directory.channel(conversation.channelId), offer);
  }
  await writeChanges(changes, context.bus);
  return wanted.length;
}

const waits = (conversation: ConversationRow, queue: Queue): boolean =>
  conversation.state === ConversationState.CONVERSATION_STATE_OPEN &&
  conversation.owner === ConversationOwner.CONVERSATION_OWNER_QUEUE &&
  conversation.team === queue.team;

function candidates(
  agents: readonly ResolvedAgent[],
  loads: Awaited<ReturnType<typeof agentLoads>>,
): Candidate[] {
  const byId = new Map(loads.map((load) => [load.agentId, load]));
  return agents
    .map((agent) => ({ agent, load: byId.get(agent.id) }))
    .filter(({ load }) => load?.state === PresenceState.PRESENCE_STATE_ONLINE)
    .map(({ agent, load }) => ({
      agentId: agent.id,
      agent: agent.name,
      active: load?.active ?? 0,
      most: agent.maxConversations,
    }))
    .filter((candidate) => candidate.active < candidate.most);
}

async function lapseOffer(
  context: DispatchContext,
  deadline: { tenantId: string; conversationId: string; offerId: string },
): Promise<Queue[]> {
  const { tenantId, conversationId, offerId } = deadline;
  return context.database.transaction({ tenants: [tenantId] }, async (tx) => {
    const [conversation] = await lockConversations(tx, [{ tenantId, conversationId }]);
    const offer = await settleOffer(tx, {
      tenantId,
      offerId,
      state: OfferState.OFFER_STATE_LAPSED,
      beforeExpiry: false,
    });
    if (!conversation || !offer) return [];
    const changes = beginChanges(tx, context.clock());
    addOfferChange(changes, conversation, await context.directory.channel(conversation.channelId), offer);
    await writeChanges(changes, context.bus);
    return [{ tenantId, team: offer.team }];
  });
}
