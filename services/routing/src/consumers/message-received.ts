import type { BusRecord, Outcome } from '@omnigate/bus';
import {
  ConversationOwner,
  ConversationState,
  Direction,
  type Message,
  MessageReceived,
  PartyRole,
  type ResolvedChannel,
} from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { newId } from '@omnigate/runtime';
import type { RoutingContext } from '../context';
import type { ConversationRow } from '../domain/conversation';
import { packetByRules } from '../domain/handoff';
import { noticeLanguage } from '../domain/language';
import { customerUtterance, isAnswered, utteranceText } from '../domain/utterance';
import { type Enqueueing, enqueue } from '../queue/enqueue';
import { addChange, addMessage, beginChanges, type Changes, writeChanges } from '../store/changes';
import { type ConsentChange, recordConsents } from '../store/consents';
import { resolveContacts } from '../store/contacts';
import { insertConversations, lockOpenConversations } from '../store/conversations';
import { claimInboundKeys, inboundKeyName } from '../store/inbound-keys';
import { beginTurns, clockSeconds, endTurns } from '../store/turns';
import type { TurnJob } from '../turns/runner';
import { askForFiles } from './ask-for-files';

/** A record that was decoded and whose channel is known. */
interface Inbound {
  message: Message;
  consentWord: string;
  channel: ResolvedChannel;
  address: string;
  /** W3C trace context of its record. */
  traceparent: string | undefined;
}

/** An open conversation with what came for it in this batch. */
interface Touched {
  conversation: ConversationRow;
  channel: ResolvedChannel;
  /** Messages that ask for an answer. */
  asking: { seq: number; message: Message; traceparent: string | undefined }[];
  /** The customer said stop. */
  stopped: boolean;
  opened: boolean;
}

const keyOf = (tenantId: string, channelId: string, address: string, threadKey: string): string =>
  `${tenantId}|${channelId}|${address}|${threadKey}`;
const inboundKeyOf = (item: Inbound): string =>
  keyOf(item.message.tenantId, item.channel.id, item.address, item.message.threadKey);

/**
 * Stores customers' messages: repeats are dropped, contacts resolved, conversations found or opened, and whoever has
 * the next turn is asked. One transaction for the batch.
 *
 * @param context what routing works with.
 * @returns a handler for records of omnigate.message.received.v1.
 */
export function createMessageReceived(context: RoutingContext) {
  return async (tx: Transaction, records: BusRecord[]): Promise<Outcome[]> => {
    const outcomes: Outcome[] = records.map(() => ({ kind: 'ok' }));
    const decoded = await decode(context, records, outcomes);
    const fresh = await dropRepeats(tx, decoded);
    if (fresh.length > 0) await store(context, tx, fresh);
    return outcomes;
  };
}

async function decode(
  context: RoutingContext,
  records: BusRecord[],
  outcomes: Outcome[],
): Promise<Inbound[]> {
  const items: Inbound[] = [];
  for (const [index, record] of records.entries()) {
    const { message, consentWord } = MessageReceived.decode(record.value);
    const channelId = message?.channel?.id ?? '';
    const channel = context.directory.peekChannel(channelId) ?? (await findChannel(context, channelId));
    if (
      !message?.sender ||
      !channel ||
      channel.tenantId !== record.tenantId ||
      message.tenantId !== record.tenantId
    ) {
      outcomes[index] = { kind: 'deadLetter', code: channel ? 'INVALID_ARGUMENT' : 'CHANNEL_UNKNOWN' };
      continue;
    }
    const { traceparent } = record.headers;
    items.push({ message, consentWord, channel, address: message.sender.address, traceparent });
  }
  return items;
}

/** A record is set aside where its channel is unknown; before that the directory is asked itself. */
const findChannel = async ({ directory }: Pick<RoutingContext, 'directory'>, id: string) =>
  (await directory.channel(id)) ?? directory.renewChannel(id);

async function dropRepeats(tx: Transaction, items: Inbound[]): Promise<Inbound[]> {
  const once = new Map(items.map((item) => [nameOf(item), item]));
  if (once.size === 0) return [];
  const keys = [...once.values()].map(({ message, channel }) => ({
    tenantId: message.tenantId,
    channelId: channel.id,
    eventId: message.eventId,
  }));
  const claimed = await claimInboundKeys(tx, keys);
  return [...once].flatMap(([name, item]) => (claimed.has(name) ? [item] : []));
}

const nameOf = ({ message, channel }: Inbound): string =>
  inboundKeyName({ eventId: message.eventId, channelId: channel.id });

async function store(context: RoutingContext, tx: Transaction, items: Inbound[]): Promise<void> {
  const changes = beginChanges(tx, context.clock());
  const touched = await findOrOpen(context, tx, items, changes);
  const consents: ConsentChange[] = [];
  for (const item of items) record(changes, touched.get(inboundKeyOf(item)) as Touched, item, consents);
  const started = await nextTurns(context, changes, [...touched.values()]);
  await changes.replies.hold([]);
  await recordConsents(tx, consents);
  await writeChanges(changes, context.bus);
  tx.onCommitted(() => {
    context.runner.start(started);
    context.metrics.received.inc(items.length);
  });
}

async function findOrOpen(
  context: RoutingContext,
  tx: Transaction,
  items: Inbound[],
  changes: Changes,
): Promise<Map<string, Touched>> {
  const byKey = new Map(items.map((item) => [inboundKeyOf(item), item]));
  const contactOf = await resolveContacts(tx, [...byKey.values()].map(namedAddress));
  const touched = new Map<string, Touched>();
  const hold = (conversation: ConversationRow, opened: boolean): void => {
    const { tenantId, channelId, address, threadKey } = conversation;
    const key = keyOf(tenantId, channelId, address, threadKey);
    const { channel } = byKey.get(key) as Inbound;
    touched.set(key, { conversation, channel, asking: [], stopped: false, opened });
  };
  // A conversation that another transaction opens or resolves meanwhile is seen by the next round's statements.
  while (touched.size < byKey.size) {
    const missing = [...byKey.entries()].filter(([key]) => !touched.has(key)).map(([, item]) => item);
    const open = await lockOpenConversations(tx, missing.map(conversationKey));
    for (const conversation of open) hold(conversation, false);
    const toOpen = missing.filter((item) => !touched.has(inboundKeyOf(item)));
    if (toOpen.length === 0) continue;
    const rows = await Promise.all(
      toOpen.map((item) => newConversation(context, item, contactOf(namedAddress(item)), changes.now)),
    );
    const inserted = await insertConversations(tx, rows);
    for (const row of rows) if (inserted.has(row.id)) hold(row, true);
  }
  return touched;
}

const namedAddress = (item: Inbound) => ({
  tenantId: item.message.tenantId,
  namespace: item.channel.channelType?.addressNamespace ?? item.channel.type,
  value: item.address,
  name: item.message.sender?.name ?? '',
});

const conversationKey = (item: Inbound) => ({
  tenantId: item.message.tenantId,
  channelId: item.channel.id,
  address: item.address,
  threadKey: item.message.threadKey,
});

async function newConversation(
  context: RoutingContext,
  item: Inbound,
  contactId: string,
  now: Date,
): Promise<ConversationRow> {
  const tenant = await context.tenants.get(item.message.tenantId);
  return {
    ...conversationKey(item),
    id: newId(),
    contactId,
    state: ConversationState.CONVERSATION_STATE_OPEN,
    owner:
      item.channel.firstResponder === 'people'
        ? ConversationOwner.CONVERSATION_OWNER_QUEUE
        : ConversationOwner.CONVERSATION_OWNER_BOT,
    team: item.channel.team,
    agentId: null,
    agent: '',
    language: noticeLanguage(utteranceText(item.message.content), tenant.locale),
    inboundCount: 0,
    messageSeq: 0,
    seq: 0,
    dialogueState: '',
    handoff: null,
    queuedAt: null,
    createdAt: now,
    updatedAt: now,
    optedOut: false,
  };
}

function record(changes: Changes, touched: Touched, item: Inbound, consents: ConsentChange[]): void {
  const { conversation, channel } = touched;
  const { message } = item;
  if (touched.opened && conversation.messageSeq === 0) {
    addChange(changes, conversation, channel, { $case: 'opened', value: {} });
  }
  conversation.inboundCount += 1;
  const row = addMessage(changes, conversation, channel, {
    direction: Direction.DIRECTION_INBOUND,
    role: PartyRole.PARTY_ROLE_CUSTOMER,
    senderAddress: item.address,
    senderName: message.sender?.name ?? '',
    content: message.content,
    attachments: message.attachments,
    providerMessageId: message.providerMessageId,
    ...(message.occurredTime && { occurredTime: message.occurredTime }),
  });
  askForFiles(changes, channel, { ...item, row });
  changes.replies.came({ address: conversation, channel }, message.content, row.occurredAt);
  if (item.consentWord === '') {
    if (isAnswered(message.content))
      touched.asking.push({ seq: row.seq, message, traceparent: item.traceparent });
  } else if (item.consentWord !== 'help') recordConsent(changes, touched, item, row.id, consents);
}

function recordConsent(
  changes: Changes,
  touched: Touched,
  item: Inbound,
  messageId: string,
  consents: ConsentChange[],
): void {
  const { conversation, channel } = touched;
  const optedOut = item.consentWord === 'stop';
  touched.stopped = optedOut;
  // A question before the word needs no answer any more; one after it does not undo the word.
  if (optedOut) touched.asking = [];
  conversation.optedOut = optedOut;
  const { tenantId, channelId, address } = conversation;
  consents.push({ tenantId, channelId, address, optedOut, source: 'customer', messageId });
  addChange(changes, conversation, channel, { $case: 'consentChanged', value: { optedOut } });
}

/** Asks whoever has the next turn: a turn of the bot begins, or the conversation waits for a person. */
async function nextTurns(context: RoutingContext, changes: Changes, touched: Touched[]): Promise<TurnJob[]> {
  const stopped = touched.filter((item) => item.stopped);
  await endTurns(
    changes.tx,
    stopped.map(({ conversation }) => ({ tenantId: conversation.tenantId, conversationId: conversation.id })),
  );
  const asking = touched.filter((item) => item.asking.length > 0 && !item.conversation.optedOut);
  const people = asking.filter(({ conversation }) => isUnqueued(conversation));
  const bot = asking.filter(
    ({ conversation }) => conversation.owner === ConversationOwner.CONVERSATION_OWNER_BOT,
  );
  const jobs = await beginBotTurns(context, changes, bot);
  await enqueue(changes, people.map(firstForPeople), context.tenants);
  changes.tx.onCommitted(() => context.dispatcher.wake(people.map(({ conversation }) => conversation)));
  return jobs;
}

/** A conversation of a channel where people answer first has the owner QUEUE from its opening, and a place once it asks. */
const isUnqueued = ({ owner, queuedAt }: ConversationRow): boolean =>
  owner === ConversationOwner.CONVERSATION_OWNER_QUEUE && queuedAt === null;

function firstForPeople({ conversation, channel, asking }: Touched): Enqueueing {
  const texts = asking.map((item) => utteranceText(item.message.content));
  return {
    conversation,
    channel,
    packet: packetByRules(texts, 'PEOPLE_FIRST'),
    opening: '',
    language: conversation.language,
    traceparent: asking.at(-1)?.traceparent,
  };
}

async function beginBotTurns(
  context: RoutingContext,
  changes: Changes,
  items: Touched[],
): Promise<TurnJob[]> {
  const jobs = items.map((item): TurnJob => {
    const { conversation, asking } = item;
    return {
      tenantId: conversation.tenantId,
      conversationId: conversation.id,
      channelId: conversation.channelId,
      turnId: newId(),
      fence: 1,
      fromSeq: asking[0]?.seq ?? conversation.messageSeq,
      coversSeq: conversation.messageSeq,
      clockMs: clockSeconds * 1000,
      utterances: asking.map(({ message }) => customerUtterance(message.content)),
      dialogueState: conversation.dialogueState,
      traceparent: asking.at(-1)?.traceparent,
    };
  });
  const running = context.runner.room(jobs);
  const turns = jobs.map((job) => ({ ...job, id: job.turnId, running: running.has(job) }));
  const begun = await beginTurns(changes.tx, turns, context.instance);
  if (running.size < jobs.length) changes.tx.onCommitted(() => context.runner.claimSoon());
  return [...running].filter((job) => begun.has(job.conversationId));
}
