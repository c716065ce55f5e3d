import {
  type Conversation,
  type ConversationChanged,
  ConversationOwner,
  DeliveryState,
  type MessageStateChanged,
  type Offer,
  OfferState,
  type WatchConversationsResponse,
  type WatchOffersResponse,
} from '@omnigate/contracts';
import { type DeskContext, isOwn, openConversations } from './desk-context';
import { offerLines } from './desk-view';
import { keepWatching } from './keep-watching';
import { showNewMessages } from './show-messages';

/**
 * Watches the agent's offers and conversations until the desk ends.
 *
 * @param context the desk.
 * @throws AppError when watching can not go on.
 */
export async function watchDesk(context: DeskContext): Promise<void> {
  const { signal, console, texts, agent } = context;
  // Both streams break together; it is told once.
  const shared = {
    signal,
    onLost: () => undefined,
    onBack: () => undefined,
  };
  await Promise.all([
    keepWatching<WatchOffersResponse>({
      ...shared,
      onLost: () => console.complain(texts.lost),
      onBack: () => console.complain(texts.back),
      open: (resumeToken) => context.routing.watchOffers({ resumeToken, agent }, { signal }),
      take: ({ offer }) => (offer ? takeOffer(context, offer) : Promise.resolve()),
    }),
    keepWatching<WatchConversationsResponse>({
      ...shared,
      open: (resumeToken) => context.conversations.watchConversations({ resumeToken }, { signal }),
      take: ({ change }) => (change ? takeChange(context, change) : takeStock(context)),
    }),
  ]);
}

async function takeOffer(context: DeskContext, offer: Offer): Promise<void> {
  const { state, console, texts } = context;
  const number = state.numberOf(offer.conversationId);
  const known = state.offers.has(offer.id);
  if (offer.state !== OfferState.OFFER_STATE_OFFERED) {
    state.offers.delete(offer.id);
    const end = (OfferState[offer.state] ?? '').replace('OFFER_STATE_', '') as keyof typeof texts.offerEnded;
    if (known && texts.offerEnded[end]) console.print(console.faint(`#${number} ${texts.offerEnded[end]}`));
    state.changed();
    return;
  }
  if (known) return;
  const { conversation } = await context.conversations.getConversation({
    conversationId: offer.conversationId,
  });
  state.offers.set(offer.id, offer);
  console.print(...offerLines(number, offer, conversation, texts));
  console.ring();
  state.changed();
}

/** What is the agent's now: at the start, and after a break. */
async function takeStock(context: DeskContext): Promise<void> {
  const { state, agent, conversations } = context;
  const open = await openConversations(conversations, ConversationOwner.CONVERSATION_OWNER_AGENT);
  const own = open.filter((conversation) => isOwn(conversation, agent));
  const ids = new Set(own.map(({ id }) => id));
  for (const { id } of [...state.held.values()]) if (!ids.has(id)) letGo(context, id, '-');
  for (const conversation of own.reverse()) await takeIn(context, conversation);
}

/**
 * Puts a conversation that is the agent's on the desk and shows what is new in it.
 *
 * @param context the desk.
 * @param conversation owned by the agent.
 * @throws AppError of the server.
 */
export async function takeIn(context: DeskContext, conversation: Conversation): Promise<void> {
  const { state, console, texts } = context;
  const known = state.held.has(conversation.id);
  const held = state.hold(conversation);
  if (!known) console.print(`── ${texts.yours(held.number)} · ${held.title}`);
  await showNewMessages(context, held);
  state.changed();
}

/** Changes show addresses masked, so the conversation itself is read. */
async function takeInById(context: DeskContext, conversationId: string): Promise<void> {
  const { conversation } = await context.conversations.getConversation({ conversationId });
  if (conversation && isOwn(conversation, context.agent)) await takeIn(context, conversation);
}

function letGo({ state, console, texts }: DeskContext, id: string, owner: string): void {
  const held = state.held.get(id);
  if (!held) return;
  state.release(id);
  console.print(texts.gone(held.number, owner));
  state.changed();
}

async function takeChange(context: DeskContext, changed: ConversationChanged): Promise<void> {
  const { state, agent, texts, console } = context;
  const { conversation, conversationId, change } = changed;
  const held = state.held.get(conversationId);
  if (!held) {
    if (conversation && change?.$case === 'ownerChanged' && isOwn(conversation, agent))
      await takeInById(context, conversationId);
    return;
  }
  if (held.leaving) return;
  if (change?.$case === 'messageRecorded') await showNewMessages(context, held);
  if (change?.$case === 'messageStateChanged') showReceipt(context, held, change.value);
  if (change?.$case === 'resolved') {
    state.release(conversationId);
    console.print(texts.resolved(held.number, change.value.actor));
    state.changed();
  } else if (change?.$case === 'ownerChanged' && conversation && !isOwn(conversation, agent))
    letGo(context, conversationId, conversation.agent || ownerName(conversation.owner));
}

const ownerName = (owner: ConversationOwner): string =>
  (ConversationOwner[owner] ?? '').replace('CONVERSATION_OWNER_', '').toLowerCase();

function showReceipt(
  { console, texts }: DeskContext,
  held: { number: number; replies: ReadonlySet<string> },
  { messageId, state, errorCode }: MessageStateChanged,
): void {
  if (!held.replies.has(messageId)) return;
  const name = (DeliveryState[state] ?? '').replace('DELIVERY_STATE_', '').toLowerCase();
  const text = texts.delivery[name as keyof typeof texts.delivery];
  if (text) console.print(console.faint(`#${held.number} ${text}${errorCode ? ` (${errorCode})` : ''}`));
}
