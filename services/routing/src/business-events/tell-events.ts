import { type Content, Direction, PartyRole } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import type { InboundEvent } from '../consumers/business-event';
import type { RoutingContext } from '../context';
import { chooseWay, type NotTold, textIn, type Way } from '../domain/business-event';
import type { ConversationRow } from '../domain/conversation';
import { noticeLanguage } from '../domain/language';
import { notToldNote } from '../domain/not-told-note';
import { partsOf } from '../outbound/message-parts';
import { openConversations, placeName } from '../outbound/open-conversations';
import { type BusinessEventEnd, endBusinessEvents } from '../store/business-events';
import {
  addChange,
  addMessage,
  beginChanges,
  type Changes,
  sendMessage,
  writeChanges,
} from '../store/changes';
import { findWays, type Reach } from './find-ways';

/** An event with the way that was chosen for it, or why there is none. */
interface Plan extends Reach {
  event: InboundEvent;
  chosen: Way | NotTold;
  /** The language of the tenant's people. */
  locale: string;
}

/**
 * Tells customers of events that are told for the first time.
 *
 * @param context what routing works with.
 * @param tx the transaction that has claimed the events.
 * @param events each once.
 */
export async function tellEvents(
  context: Pick<RoutingContext, 'directory' | 'tenants' | 'bus' | 'clock'>,
  tx: Transaction,
  events: readonly InboundEvent[],
): Promise<void> {
  const plans = await planEvents(context, tx, events);
  const changes = beginChanges(tx, context.clock());
  const held = await openConversations(tx, plans.flatMap(placesOf), changes.now);
  await changes.replies.hold(plans.flatMap(({ chosen }) => (isWay(chosen) ? [targetOf(chosen)] : [])));
  const ends = plans.map((plan) => tell(changes, plan, held));
  await endBusinessEvents(tx, ends);
  await writeChanges(changes, context.bus);
}

async function planEvents(
  context: Pick<RoutingContext, 'directory' | 'tenants'>,
  tx: Transaction,
  events: readonly InboundEvent[],
): Promise<Plan[]> {
  const reaches = await findWays(context, tx, events);
  return Promise.all(
    events.map(async (event, index) => {
      const reach = reaches[index] as Reach;
      const { locale } = await context.tenants.get(event.tenantId);
      const none = reach.isKnown ? 'NO_CHANNEL' : 'CONTACT_UNKNOWN';
      const count = ({ channel }: Way): number =>
        Math.max(...Object.values(event.texts).map((body) => partsOf(textContent(body), channel).length));
      const chosen = reach.ways.length === 0 ? none : chooseWay(reach.ways, count);
      return { ...reach, event, chosen, locale };
    }),
  );
}

const isWay = (chosen: Way | NotTold): chosen is Way => typeof chosen !== 'string';

const targetOf = ({ channel, address }: Way) => ({
  channel,
  address: { tenantId: channel.tenantId, channelId: channel.id, address },
});

const textContent = (body: string): Content => ({ kind: { $case: 'text', value: { body } } });

/** Where the customer is told; or where people are who should know that it was not possible. */
function placesOf({ chosen, ways }: Plan) {
  const mayOpen = isWay(chosen);
  return (mayOpen ? [chosen] : ways).map(({ channel, address }) => ({ channel, address, mayOpen }));
}

type Held = ReadonlyMap<string, ConversationRow>;

const heldOf = (held: Held, { channel, address }: Way): ConversationRow | undefined =>
  held.get(placeName({ channelId: channel.id, address }));

function tell(changes: Changes, plan: Plan, held: Held): BusinessEventEnd {
  const { chosen } = plan;
  if (!isWay(chosen)) return notTold(changes, plan, chosen, held);
  const conversation = heldOf(held, chosen) as ConversationRow;
  const { channel } = chosen;
  if (conversation.seq === 0) addChange(changes, conversation, channel, { $case: 'opened', value: {} });
  const parts = partsOf(textContent(textFor(plan, conversation.language)), channel);
  const refusal = changes.replies.refusal(targetOf(chosen), parts.length);
  // What was chosen may have been closed since it was read.
  if (conversation.optedOut) return notTold(changes, plan, 'RECIPIENT_OPTED_OUT', held);
  if (refusal) return notTold(changes, plan, refusal, held);
  const { traceparent } = plan.event;
  const [first] = parts.map((content) =>
    sendMessage(changes, conversation, channel, { role: PartyRole.PARTY_ROLE_SYSTEM, content, traceparent }),
  );
  return {
    ...endOf(plan),
    told: true,
    contactId: conversation.contactId,
    channelId: channel.id,
    conversationId: conversation.id,
    messageId: first?.id ?? null,
  };
}

const textFor = ({ event, locale }: Plan, language: string): string =>
  textIn(event.texts, [language, noticeLanguage('', locale)]);

const endOf = ({ event, contactId }: Plan): BusinessEventEnd => ({
  ...{ tenantId: event.tenantId, eventId: event.eventId, told: false, reason: '' },
  ...{ contactId: contactId ?? null, channelId: null, conversationId: null, messageId: null },
});

/** Agents see why in the customer's open conversation, if there is one. */
function notTold(changes: Changes, plan: Plan, reason: NotTold, held: Held): BusinessEventEnd {
  const open = plan.ways.find((way) => heldOf(held, way));
  const conversation = open && heldOf(held, open);
  if (conversation) {
    const language = noticeLanguage('', plan.locale);
    const text = textFor(plan, conversation.language);
    addMessage(changes, conversation, open.channel, {
      direction: Direction.DIRECTION_INTERNAL,
      role: PartyRole.PARTY_ROLE_SYSTEM,
      content: textContent(notToldNote({ name: plan.event.name, text }, reason, language)),
    });
  }
  return { ...endOf(plan), reason, conversationId: conversation?.id ?? null };
}
