import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { ConversationOwner, type Offer, PresenceState } from '@omnigate/contracts';
import { isAppError } from '@omnigate/errors';
import { createBackoff } from '@omnigate/runtime';
import { CommandError } from '../command-error';
import { type DeskContext, openConversations } from './desk-context';
import { takeIn } from './desk-events';
import type { HeldConversation } from './desk-state';
import { performTicket, showTickets } from './desk-tickets';
import { queueLines } from './desk-view';
import type { DeskCommand } from './parse-line';
import { showHistory, showNewMessages } from './show-messages';

const longestWaitSeconds = 3_600;
/** A restart of the server takes seconds. */
const persistMs = 60_000;

/**
 * Does what a line asked for.
 *
 * @param context the desk.
 * @param command of parseLine, but quit.
 * @throws AppError of the server, CommandError for what can not be asked for now.
 */
export async function perform(context: DeskContext, command: DeskCommand): Promise<void> {
  const { console, texts } = context;
  switch (command.do) {
    case 'accept':
      return accept(context, command.number);
    case 'decline':
      return decline(context, command.number);
    case 'reply':
      return reply(context, command.text);
    case 'note':
      return addNote(context, command.text);
    case 'resolve':
      return resolve(context);
    case 'transfer':
      if (command.team === '') throw new CommandError(texts.needsText('transfer'));
      return transfer(context, command.team, command.note);
    case 'bot':
      return transfer(context, '', '');
    case 'switch':
      return switchTo(context, command.number);
    case 'wait':
      return waitForCustomer(context, command.number);
    case 'history':
      return showHistory(context, current(context));
    case 'away':
    case 'online':
      return setPresence(context, command.do);
    case 'tickets':
      return showTickets(context);
    case 'ticket':
      return performTicket(context, command.ticket);
    case 'list':
      return list(context);
    case 'queue':
      return showQueue(context);
    case 'help':
      return console.print(texts.help);
    case 'unknown':
      throw new CommandError(texts.unknownCommand(command.word));
    default:
      return undefined;
  }
}

function current({ state, texts }: DeskContext): HeldConversation {
  const held = state.held.get(state.current ?? '');
  if (!held) throw new CommandError(texts.noConversation);
  return held;
}

function findOffer({ state }: DeskContext, number: number | undefined): Offer | undefined {
  const offers = [...state.offers.values()];
  return number === undefined
    ? offers[0]
    : offers.find(({ conversationId }) => state.numberOf(conversationId) === number);
}

/** A person is told that there is none; a script waits for one. */
async function nextOffer(context: DeskContext, number: number | undefined): Promise<Offer> {
  const { console, texts, state, signal } = context;
  const open = findOffer(context, number);
  if (open) return open;
  if (console.interactive) throw new CommandError(texts.noOffer);
  console.complain(texts.waitsForOffer);
  const offer = await state.waitFor(() => findOffer(context, number), { signal });
  if (!offer) throw new CommandError(texts.noOffer);
  return offer;
}

async function accept(context: DeskContext, number: number | undefined): Promise<void> {
  for (;;) {
    const offer = await nextOffer(context, number);
    try {
      const { conversation } = await context.routing.acceptOffer({ offerId: offer.id });
      context.state.offers.delete(offer.id);
      if (!conversation) return;
      await takeIn(context, conversation);
      context.state.current = conversation.id;
      return;
    } catch (error) {
      if (!isAppError(error, 'OFFER_GONE')) throw error;
      context.state.offers.delete(offer.id);
      if (context.console.interactive || number !== undefined) throw error;
    }
  }
}

async function decline(context: DeskContext, number: number | undefined): Promise<void> {
  const offer = await nextOffer(context, number);
  await context.routing.declineOffer({ offerId: offer.id });
}

/** Tries again while the server is away; the request_id keeps what it took before from being done twice. */
async function persist<Answer>({ signal }: DeskContext, call: () => Promise<Answer>): Promise<Answer> {
  const backoff = createBackoff({ baseMs: 250, maxMs: 2_000 });
  const until = Date.now() + persistMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!isAppError(error, 'UNAVAILABLE') || signal.aborted || Date.now() > until) throw error;
      await pause(backoff.next(), undefined, { signal });
    }
  }
}

async function reply(context: DeskContext, text: string): Promise<void> {
  const held = current(context);
  if (text.trim() === '') throw new CommandError(context.texts.needsText('reply'));
  const content = { kind: { $case: 'text' as const, value: { body: text } } };
  const request = { requestId: randomUUID(), conversationId: held.id, content };
  const { message } = await persist(context, () => context.conversations.sendMessage(request));
  // What the customer has written in the meantime stands before it.
  await showNewMessages(context, held);
  if (message && message.seq > held.replySeq) held.replySeq = message.seq;
}

async function addNote(context: DeskContext, text: string): Promise<void> {
  const held = current(context);
  if (text.trim() === '') throw new CommandError(context.texts.needsText('note'));
  const request = { requestId: randomUUID(), conversationId: held.id, text };
  await persist(context, () => context.conversations.addNote(request));
  await showNewMessages(context, held);
}

/** Gives the present conversation up; its changes are told here, not when they come back as events. */
async function leave(
  context: DeskContext,
  act: (conversationId: string) => Promise<unknown>,
): Promise<number> {
  const held = current(context);
  held.leaving = true;
  try {
    await act(held.id);
  } catch (error) {
    held.leaving = false;
    throw error;
  }
  context.state.release(held.id);
  return held.number;
}

async function resolve(context: DeskContext): Promise<void> {
  const { conversations, console, texts, agent } = context;
  const number = await leave(context, (conversationId) =>
    conversations.resolveConversation({ conversationId }),
  );
  console.print(texts.resolved(number, agent));
}

async function transfer(context: DeskContext, team: string, note: string): Promise<void> {
  const { conversations, console, texts } = context;
  const number = await leave(context, (conversationId) =>
    conversations.transferConversation({ conversationId, team, note }),
  );
  console.print(texts.transferred(number, team || texts.bot));
}

async function switchTo(context: DeskContext, number: number | undefined): Promise<void> {
  const { state, texts, console } = context;
  const held = [...state.held.values()].find((each) => each.number === number);
  if (!held) throw new CommandError(texts.noSuchNumber(number ?? 0));
  state.current = held.id;
  console.print(`── #${held.number} · ${held.title}`);
}

async function waitForCustomer(context: DeskContext, seconds = longestWaitSeconds): Promise<void> {
  const { state, signal, texts } = context;
  const held = current(context);
  const written = (): true | undefined => (held.inboundSeq > held.replySeq ? true : undefined);
  const found = await state.waitFor(written, { signal, timeoutMs: seconds * 1_000 });
  if (!found) throw new CommandError(texts.noneWithin(seconds));
}

async function setPresence(
  { routing, agent, console, texts }: DeskContext,
  to: 'away' | 'online',
): Promise<void> {
  const state = to === 'away' ? PresenceState.PRESENCE_STATE_AWAY : PresenceState.PRESENCE_STATE_ONLINE;
  await routing.setPresence({ state, agent });
  console.print(to === 'away' ? texts.away : texts.online(agent));
}

function list(context: DeskContext): void {
  const { state, console, texts } = context;
  const offers = [...state.offers.values()].map(({ conversationId, expireTime }) =>
    texts.offered(state.numberOf(conversationId), secondsUntil(expireTime)),
  );
  const held = [...state.held.values()].map(
    ({ id, number, title }) => `${id === state.current ? '*' : ' '} #${number} ${title}`,
  );
  const lines = [...offers, ...held];
  console.print(...(lines.length > 0 ? lines : [texts.nothingHeld]));
}

const secondsUntil = (time: Date | undefined): number =>
  Math.max(0, Math.round(((time?.getTime() ?? 0) - Date.now()) / 1_000));

async function showQueue({ conversations, console, texts }: DeskContext): Promise<void> {
  const waiting = await openConversations(conversations, ConversationOwner.CONVERSATION_OWNER_QUEUE);
  console.print(...(waiting.length > 0 ? queueLines(waiting) : [texts.queueEmpty]));
}

/**
 * What stands before the line that is typed.
 *
 * @param context the desk.
 */
export function promptOf({ state, agent }: DeskContext): string {
  const held = state.held.get(state.current ?? '');
  return held ? `#${held.number} ${held.channel} › ` : `${agent} › `;
}
