import {
  ConversationOwner,
  type Delivery,
  DeliveryState,
  Direction,
  PartyRole,
  type StoredMessage,
} from '@omnigate/contracts';
import type { SimulatedMessage } from '@omnigate/testkit';
import type { ChannelRecords, StoredConversation, StoredRecords } from './records';

/** Something that must hold whatever was killed; says what does not. */
type Rule = (records: ChannelRecords) => string[];

/**
 * Checks what must hold once all is quiet, whatever was killed before: every acknowledged message stored once and in its
 * sender's order, nobody left waiting, every reply sent once or shown as unknown, nothing of another channel.
 *
 * @param records of one channel on which customers wrote texts, the bot answered and no agent was there.
 * @returns what is wrong; empty when all holds.
 */
export function findViolations(records: ChannelRecords): string[] {
  return rules.flatMap((rule) => rule(records));
}

/**
 * Finds what is still under way.
 *
 * @param stored what is shown.
 * @returns what waits; empty when all is quiet.
 */
export function findUnderWay(stored: StoredRecords): string[] {
  const queued = stored.deliveries.filter(({ state }) => state < DeliveryState.DELIVERY_STATE_UNKNOWN);
  return [
    ...queued.map(({ messageId }) => `${messageId} is not sent yet`),
    ...nobodyWaits({ ...stored, written: [], taken: [] }),
  ];
}

const storedOnce: Rule = ({ written, conversations }) => {
  const stored = Map.groupBy(conversations.flatMap(inbound), (message) => message.providerMessageId);
  return written.flatMap(({ sid, outcome }) => {
    const times = stored.get(sid)?.length ?? 0;
    if (times > 1) return [`${sid} is stored ${times} times`];
    return times === 0 && outcome === 'acknowledged' ? [`${sid} was acknowledged and is not stored`] : [];
  });
};

const storedAsWritten: Rule = ({ written, conversations }) => {
  const bySid = new Map(written.map((message) => [message.sid, message]));
  return conversations.flatMap((stored) =>
    inbound(stored).flatMap((message) => {
      const origin = bySid.get(message.providerMessageId);
      if (!origin) return [`${message.providerMessageId} is stored and was never written`];
      const same = origin.customer === stored.conversation.address && origin.text === textOf(message);
      return same ? [] : [`${origin.sid} is not stored as it was written`];
    }),
  );
};

const oneConversation: Rule = ({ conversations }) =>
  [...Map.groupBy(conversations, ({ conversation }) => conversation.address)]
    .filter(([, found]) => found.length > 1)
    .map(([address, found]) => `${address} has ${found.length} conversations`);

const inOrder: Rule = ({ written, conversations }) => {
  const places = new Map(written.map(({ sid }, place) => [sid, place]));
  return conversations.flatMap((stored) => {
    const { id, inboundCount } = stored.conversation;
    const order = inbound(stored).map((message) => places.get(message.providerMessageId) ?? 0);
    const found: string[] = [];
    if (!rises(order)) {
      const told = order.map((place) => `${place} ${written[place]?.outcome}`).join(', ');
      found.push(`${id} does not hold its messages as they were written: ${told}`);
    }
    if (order.length !== inboundCount) found.push(`${id} counts ${inboundCount} of ${order.length} messages`);
    if (stored.messages.some(({ seq }, index) => seq !== BigInt(index + 1)))
      found.push(`${id} has a gap in its sequence`);
    return found;
  });
};

const nobodyWaits: Rule = ({ conversations }) =>
  conversations
    .filter(({ messages }) => messages.at(-1)?.direction !== Direction.DIRECTION_OUTBOUND)
    .map(({ conversation, messages }) => {
      const { id, owner, handoff } = conversation;
      const last = messages.at(-1);
      const told = last && `message ${last.seq} of ${last.createTime?.toISOString()}, ${textOf(last)}`;
      const notice = messages.findLast(({ sender }) => sender?.role === PartyRole.PARTY_ROLE_SYSTEM);
      const handedOver = handoff ? `, handed over by message ${notice?.seq} for ${handoff.reason}` : '';
      return `${id} waits for an answer: ${told}, ${ConversationOwner[owner]}${handedOver}`;
    });

/** A turn answers one message or more, so at no point are there more answers than messages. */
const answeredOnce: Rule = ({ conversations }) =>
  conversations.flatMap(({ conversation, messages }) => {
    let open = 0;
    const surplus = messages.filter(({ direction }) => {
      open += direction === Direction.DIRECTION_INBOUND ? 1 : -1;
      return open < 0;
    });
    return surplus.map(({ id }) => `${id} of ${conversation.id} answers what was answered`);
  });

const handedOverOnce: Rule = ({ conversations }) =>
  conversations.flatMap(({ conversation, messages }) => {
    const notices = messages.filter(({ sender }) => sender?.role === PartyRole.PARTY_ROLE_SYSTEM).length;
    const waits = conversation.owner === ConversationOwner.CONVERSATION_OWNER_QUEUE ? 1 : 0;
    return notices === waits
      ? []
      : [`${conversation.id} has ${notices} handoff notices, and owner ${conversation.owner}`];
  });

const settled: Rule = ({ conversations, deliveries }) => {
  const replies = new Map(
    conversations.flatMap(outbound).map(({ message }) => [message.id, message] as const),
  );
  const counts = Map.groupBy(deliveries, ({ messageId }) => messageId);
  const missing = [...replies.keys()].filter((id) => counts.get(id)?.length !== 1);
  return [
    ...missing.map((id) => `reply ${id} has ${counts.get(id)?.length ?? 0} deliveries`),
    ...deliveries.flatMap(({ messageId, state }) => {
      const reply = replies.get(messageId);
      if (!reply) return [`delivery ${messageId} belongs to no reply`];
      if (state !== DeliveryState.DELIVERY_STATE_SENT && state !== DeliveryState.DELIVERY_STATE_UNKNOWN)
        return [`delivery ${messageId} ended as ${DeliveryState[state]}`];
      return reply.state === state ? [] : [`reply ${messageId} is not shown in its delivery's state`];
    }),
  ];
};

const sentOnce: Rule = ({ deliveries, taken }) => {
  const takenBy = Map.groupBy(taken, messageIdOf);
  return deliveries.flatMap((delivery) => {
    const found = takenBy.get(delivery.messageId) ?? [];
    if (found.length > 1) return [`${delivery.messageId} was sent ${found.length} times`];
    return isTrue(delivery, found[0]) ? [] : [`${delivery.messageId} is shown as what it is not`];
  });
};

const sentAsStored: Rule = ({ conversations, taken }) => {
  const replies = new Map(conversations.flatMap(outbound).map((reply) => [reply.message.id, reply]));
  const found = taken.flatMap((message) => {
    const reply = replies.get(messageIdOf(message));
    if (!reply) return [`the provider took ${message.sid}, which is no reply that is stored`];
    const same = reply.address === message.to && textOf(reply.message) === message.body;
    return same ? [] : [`${message.sid} is not the reply that is stored`];
  });
  for (const [customer, messages] of Map.groupBy(taken, ({ to }) => to)) {
    const order = messages.map((message) => Number(replies.get(messageIdOf(message))?.message.seq ?? 0));
    if (!rises(order)) found.push(`${customer} got replies out of order`);
  }
  return found;
};

const noDeadLetters: Rule = ({ deadLetters }) => deadLetters.map((topic) => `a dead letter of ${topic}`);

const rules: readonly Rule[] = [
  storedOnce,
  storedAsWritten,
  oneConversation,
  inOrder,
  nobodyWaits,
  answeredOnce,
  handedOverOnce,
  settled,
  sentOnce,
  sentAsStored,
  noDeadLetters,
];

/** Sent means that the provider has it under that id and could say so; unknown claims nothing. */
function isTrue(delivery: Delivery, taken: SimulatedMessage | undefined): boolean {
  if (delivery.state !== DeliveryState.DELIVERY_STATE_SENT) return true;
  return taken?.answered === true && taken.sid === delivery.providerMessageId;
}

function inbound({ messages }: StoredConversation): StoredMessage[] {
  return messages.filter(({ direction }) => direction === Direction.DIRECTION_INBOUND);
}

function outbound({
  conversation,
  messages,
}: StoredConversation): { address: string; message: StoredMessage }[] {
  return messages
    .filter(({ direction }) => direction === Direction.DIRECTION_OUTBOUND)
    .map((message) => ({ address: conversation.address, message }));
}

function textOf({ content }: StoredMessage): string {
  return content?.kind?.$case === 'text' ? content.kind.value.body : '';
}

/** Our id of a message that the provider took, which stands in the URL of its callbacks. */
function messageIdOf({ statusCallback }: SimulatedMessage): string {
  return new URL(statusCallback).searchParams.get('message_id') ?? '';
}

const rises = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number > (numbers[index - 1] as number));
