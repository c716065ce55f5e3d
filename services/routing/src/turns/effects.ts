import {
  type BotAction,
  type Content,
  ConversationOwner,
  ConversationState,
  type MenuOption,
  PartyRole,
  Resolution,
  type ResolvedChannel,
} from '@omnigate/contracts';
import { eventIdOf, type GroupCommit, groupCommit, isTracing, newId } from '@omnigate/runtime';
import type { RoutingContext } from '../context';
import type { ConversationRow } from '../domain/conversation';
import { packetByRules } from '../domain/handoff';
import { type Enqueueing, enqueue } from '../queue/enqueue';
import { addChange, beginChanges, type Changes, sendMessage, writeChanges } from '../store/changes';
import { lockConversations } from '../store/conversations';
import { clockSeconds, endTurns, lockTurns, restartTurns, type TurnRow } from '../store/turns';
import { requestTickets, type TicketRequest } from '../tickets/requests';
import { loadTurns } from './load';
import type { TurnJob, TurnResult } from './runner';

const resultsAtOnce = 256;
const lingerMs = 60;

/** What the effects of one batch do besides messages. */
interface Plan {
  ended: TurnRow[];
  restarted: TurnRow[];
  enqueued: Enqueueing[];
  requests: TicketRequest[];
}

/**
 * Writes what turns came to: replies and handoffs take effect in one transaction for many turns, and only where the
 * bot still owns the conversation and the fence is the run's own.
 *
 * @param context what routing works with.
 * @returns adds a result; the promise resolves when its effect is durable or was dropped.
 */
export function createTurnEffects(context: Omit<RoutingContext, 'runner'>): GroupCommit<TurnResult, void> & {
  startAgain: (start: RoutingContext['runner']['start']) => void;
} {
  let start: RoutingContext['runner']['start'] = () => undefined;
  const group = groupCommit<TurnResult, void>({
    maxItems: resultsAtOnce,
    maxPending: 100_000,
    lingerMs,
    flush: (results) => flushResults(context, results, (jobs) => start(jobs)),
  });
  return { ...group, startAgain: (value) => (start = value) };
}

async function flushResults(
  context: Omit<RoutingContext, 'runner'>,
  results: TurnResult[],
  start: RoutingContext['runner']['start'],
): Promise<void> {
  const tenants = [...new Set(results.map(({ job }) => job.tenantId))];
  const plan: Plan = { ended: [], restarted: [], enqueued: [], requests: [] };
  await context.database.transaction({ tenants }, async (tx) => {
    const changes = beginChanges(tx, context.clock());
    const ids = results.map(({ job }) => job);
    // Issued together, locked one after the other: a connection runs its statements in order.
    const [rows, current] = await Promise.all([lockConversations(tx, ids), lockTurns(tx, ids)]);
    const held = await withChannels(context, rows);
    await changes.replies.hold(
      held.flatMap(({ conversation, channel }) => (channel ? [{ address: conversation, channel }] : [])),
    );
    const conversations = new Map(held.map((item) => [item.conversation.id, item]));
    const turns = new Map(current.map((turn) => [turn.conversationId, turn]));
    Object.assign(plan, { ended: [], restarted: [], enqueued: [], requests: [] });
    for (const result of results) {
      const item = conversations.get(result.job.conversationId);
      const turn = turns.get(result.job.conversationId);
      if (item && turn && isCurrent(turn, result, context.instance)) {
        apply(context, changes, { ...item, result, turn, plan });
      } else context.metrics.turnsDropped.inc();
    }
    await endTurns(tx, plan.ended);
    await restartTurns(tx, plan.restarted);
    await enqueue(changes, plan.enqueued, context.tenants);
    await requestTickets(changes, plan.requests);
    await writeChanges(changes, context.bus);
  });
  context.dispatcher.wake(plan.enqueued.map(({ conversation }) => conversation));
  start(await restarted(context, plan.restarted, results));
}

/** Runs that go on, in the trace of the run before: messages since then have begun traces of their own. */
async function restarted(
  context: Omit<RoutingContext, 'runner'>,
  turns: readonly TurnRow[],
  results: readonly TurnResult[],
): Promise<TurnJob[]> {
  const jobs = await loadTurns(context, turns);
  if (!isTracing()) return jobs;
  const before = new Map(results.map(({ job }) => [job.conversationId, job.traceparent]));
  return jobs.map((job) => ({ ...job, traceparent: before.get(job.conversationId) }));
}

const isCurrent = (turn: TurnRow, { job }: TurnResult, instance: string): boolean =>
  turn.id === job.turnId && turn.fence === job.fence && turn.holder === instance;

/** A conversation and its channel; undefined when the channel was deleted. */
interface Held {
  conversation: ConversationRow;
  channel: ResolvedChannel | undefined;
}

const withChannels = (
  { directory }: Pick<RoutingContext, 'directory'>,
  rows: readonly ConversationRow[],
): Promise<Held[]> =>
  Promise.all(
    rows.map(async (conversation) => ({
      conversation,
      channel: await directory.channel(conversation.channelId),
    })),
  );

interface Settling extends Held {
  result: TurnResult;
  turn: TurnRow;
  plan: Plan;
}

function apply(context: Omit<RoutingContext, 'runner'>, changes: Changes, settling: Settling): void {
  const { conversation, channel, turn, plan, result } = settling;
  const open = conversation.state === ConversationState.CONVERSATION_STATE_OPEN;
  if (
    !open ||
    conversation.owner !== ConversationOwner.CONVERSATION_OWNER_BOT ||
    conversation.optedOut ||
    !channel
  ) {
    context.metrics.turnsDropped.inc();
    plan.ended.push(turn);
    return;
  }
  if (turn.rerun && !turn.reran && 'response' in result) {
    const coversSeq = conversation.messageSeq;
    plan.restarted.push({ ...turn, coversSeq, fence: turn.fence + 1, reran: true });
    return;
  }
  const handedOver = act(changes, settling, channel);
  if (turn.rerun && !handedOver) {
    const rest = {
      id: newId(),
      fromSeq: turn.coversSeq + 1,
      coversSeq: conversation.messageSeq,
      fence: 1,
      reran: false,
      clockMs: clockSeconds * 1000,
    };
    plan.restarted.push({ ...turn, ...rest });
  } else plan.ended.push(turn);
}

/** Does what the bot wants done; true when a person has the next turn. */
function act(changes: Changes, settling: Settling, channel: ResolvedChannel): boolean {
  const { result, conversation, plan } = settling;
  const actions = 'response' in result ? result.response.actions : [];
  const handOver = actions.map((action) => action.kind).find((kind) => kind?.$case === 'handOver')?.value;
  // A blank text is no answer: providers refuse it, and the customer would wait.
  const contents = actions
    .map(contentOf)
    .filter((content) => content !== undefined)
    .filter(isSaid);
  if ('response' in result) conversation.dialogueState = result.response.dialogueState;
  const requests = ticketRequests(settling, channel);
  plan.requests.push(...requests);
  if (contents.length + requests.length > 0 && !handOver) {
    for (const content of joined(contents, channel)) {
      const { traceparent } = result;
      sendMessage(changes, conversation, channel, { role: PartyRole.PARTY_ROLE_BOT, content, traceparent });
    }
    if (actions.some(({ kind }) => kind?.$case === 'resolve')) confirmSolved(changes, settling, channel);
    return false;
  }
  const reason = 'failure' in result ? result.failure : 'NO_ANSWER';
  const texts = result.job.utterances.map((utterance) => utterance.text);
  const said = contents.map(textOf).filter((text) => text !== '');
  plan.enqueued.push({
    conversation,
    channel,
    packet: handOver?.packet ?? packetByRules(texts, handOver?.reason ?? reason),
    opening: [...said, handOver?.notice ?? ''].filter((text) => text !== '').join('\n'),
    language: handOver?.language ?? conversation.language,
    traceparent: result.traceparent,
  });
  return true;
}

/** The tickets that the bot wants made; the index of the action is part of the id, so that a repeat makes none twice. */
function ticketRequests({ result, conversation }: Settling, channel: ResolvedChannel): TicketRequest[] {
  const actions = 'response' in result ? result.response.actions : [];
  return actions.flatMap(({ kind }, index) => {
    if (kind?.$case !== 'createTicket') return [];
    const requestId = eventIdOf(result.job.turnId, 'action', index);
    const request = { $case: 'create' as const, value: kind.value };
    return [{ requestId, conversation, channel, request, traceparent: result.traceparent }];
  });
}

/** The customer says that it is solved; whoever has written on meanwhile has more to say. */
function confirmSolved(changes: Changes, { conversation, turn }: Settling, channel: ResolvedChannel): void {
  if (turn.rerun) return;
  conversation.state = ConversationState.CONVERSATION_STATE_RESOLVED;
  const value = { actor: 'bot', resolution: Resolution.RESOLUTION_CONFIRMED };
  addChange(changes, conversation, channel, { $case: 'resolved', value });
}

function contentOf(action: BotAction): Content | undefined {
  const kind = action.kind;
  if (kind?.$case === 'reply') return { kind: { $case: 'text', value: { body: kind.value.text } } };
  if (kind?.$case !== 'clarify') return undefined;
  return { kind: { $case: 'menu', value: { body: kind.value.text, options: kind.value.options } } };
}

function textOf(content: Content): string {
  const kind = content.kind;
  return kind?.$case === 'text' || kind?.$case === 'menu' ? kind.value.body : '';
}

const isSaid = (content: Content): boolean => textOf(content).trim() !== '';

/** Where the channel shows no menus, they are texts; where a turn may send one message only, all travel as one. */
function joined(contents: Content[], channel: ResolvedChannel): Content[] {
  const { singleMessageTurn, menu } = channel.channelType?.capabilities ?? {};
  const shown = menu ? contents : contents.map((content) => contentWith(textOf(content), []));
  if (!singleMessageTurn || shown.length < 2) return shown;
  return [contentWith(shown.map(textOf).join('\n'), shown.flatMap(optionsOf))];
}

const contentWith = (body: string, options: MenuOption[]): Content => ({
  kind: options.length > 0 ? { $case: 'menu', value: { body, options } } : { $case: 'text', value: { body } },
});

const optionsOf = ({ kind }: Content): MenuOption[] => (kind?.$case === 'menu' ? kind.value.options : []);
