import type { BusRecord, OutgoingRecord } from '@omnigate/bus';
import {
  type AskResponse,
  BusinessEvent,
  ConversationChanged,
  DeliveryState,
  MediaStored,
  MessageReceived,
  MessageStatus,
  messageKey,
  TicketChanged,
  topics,
} from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { createBusinessEvents } from '../../src/consumers/business-event';
import { createMediaStored } from '../../src/consumers/media-stored';
import { createMessageReceived } from '../../src/consumers/message-received';
import { createMessageStatus } from '../../src/consumers/message-status';
import { createTicketChanged } from '../../src/consumers/ticket-changed';
import { createDispatcher } from '../../src/queue/dispatcher';
import { nextDeadlines } from '../../src/store/offers';
import { createTurnEffects } from '../../src/turns/effects';
import type { TurnResult } from '../../src/turns/runner';
import { ownerOf, type RoutingProcess } from '../process';
import type { Scene, SentMessage } from './scene';

function recordOf(scene: Scene, topic: string, value: Uint8Array): BusRecord {
  return {
    topic,
    partition: 0,
    offset: 0n,
    key: scene.tenantId,
    value: Buffer.from(value),
    eventId: newId(),
    type: '',
    tenantId: scene.tenantId,
    headers: {},
    time: new Date(),
  };
}

/** A batch of message.received: one message in each conversation. */
export function received(consentWord = '', ids = (scene: Scene) => scene.addresses.map(() => newId())) {
  return async ({ context }: RoutingProcess, scene: Scene) => {
    const { tenantId, channel, addresses } = scene;
    const eventIds = ids(scene);
    const records = addresses.map((address, index) => {
      const content = { kind: { $case: 'text' as const, value: { body: consentWord || 'hello there' } } };
      const sender = { address };
      const message = {
        eventId: eventIds[index] ?? '',
        tenantId,
        channel: { id: channel.id },
        sender,
        content,
      };
      const value = MessageReceived.encode(MessageReceived.fromPartial({ message, consentWord })).finish();
      return recordOf(scene, topics.messageReceived, value);
    });
    const handle = createMessageReceived(context);
    await context.database.transaction({ tenants: [tenantId] }, (tx) => handle(tx, scene.turned(records)));
  };
}

/** A batch of message.received: each customer rates the conversation that has ended, then writes again. */
export async function rated({ context }: RoutingProcess, scene: Scene): Promise<void> {
  const { tenantId, channel } = scene;
  const message = { tenantId, channel: { id: channel.id } };
  const messages = scene.conversations.flatMap(({ id, address }) => {
    const common = { ...message, sender: { address } };
    const event = { $case: 'event' as const, value: { name: 'rated', detail: '4 thank you' } };
    const text = { $case: 'text' as const, value: { body: 'hello again' } };
    return [
      { ...common, eventId: newId(), replyTo: id, content: { kind: event } },
      { ...common, eventId: newId(), content: { kind: text } },
    ];
  });
  const records = messages.map((each) => {
    const value = MessageReceived.encode(MessageReceived.fromPartial({ message: each })).finish();
    return recordOf(scene, topics.messageReceived, value);
  });
  const handle = createMessageReceived(context);
  await context.database.transaction({ tenants: [tenantId] }, (tx) => handle(tx, scene.turned(records)));
}

/** A batch of message.received: each customer answers a ticket's menu. */
export async function answered({ context }: RoutingProcess, scene: Scene): Promise<void> {
  const { tenantId, channel, addresses } = scene;
  const content = { kind: { $case: 'text' as const, value: { body: '1' } } };
  const records = addresses.map((address) => {
    const message = { eventId: newId(), tenantId, channel: { id: channel.id }, sender: { address }, content };
    const value = MessageReceived.encode(MessageReceived.fromPartial({ message })).finish();
    return recordOf(scene, topics.messageReceived, value);
  });
  const handle = createMessageReceived(context);
  await context.database.transaction({ tenants: [tenantId] }, (tx) => handle(tx, scene.turned(records)));
}

/** A batch of ticket.changed: each customer is told something and offered a menu. */
export async function told({ context }: RoutingProcess, scene: Scene): Promise<void> {
  const { tenantId, channel, addresses, conversations } = scene;
  const options = [{ id: `ticket:${newId()}:accept`, label: 'Accept' }];
  const content = { kind: { $case: 'menu' as const, value: { body: 'A new ticket.', options } } };
  const records = addresses.map((address, index) => {
    const conversationId = conversations[index]?.id ?? '';
    const notice = { noticeId: newId(), conversationId, channel: { id: channel.id }, address, content };
    const value = TicketChanged.encode(TicketChanged.fromPartial({ tenantId, notices: [notice] })).finish();
    return recordOf(scene, topics.ticketChanged, value);
  });
  const handle = createTicketChanged(context);
  await context.database.transaction({ tenants: [tenantId] }, (tx) => handle(tx, scene.turned(records)));
}

/** A batch of message.status: one of `refusedOf` messages was refused since the customer opted out, the others arrived. */
export async function reported(
  { context }: RoutingProcess,
  scene: Scene,
  sent: readonly SentMessage[],
  refusedOf = 2,
): Promise<void> {
  const { tenantId, channel } = scene;
  const records = sent.map(({ messageId, conversation }, index) => {
    const optedOut = index % refusedOf === 0;
    const { DELIVERY_STATE_DELIVERED, DELIVERY_STATE_FAILED } = DeliveryState;
    const status = MessageStatus.fromPartial({
      messageId,
      tenantId,
      channel: { id: channel.id },
      conversationId: conversation.id,
      address: conversation.address,
      state: optedOut ? DELIVERY_STATE_FAILED : DELIVERY_STATE_DELIVERED,
      optedOut,
    });
    return recordOf(scene, topics.messageStatus, MessageStatus.encode(status).finish());
  });
  const handle = createMessageStatus(context);
  await context.database.transaction({ tenants: [tenantId] }, (tx) => handle(tx, scene.turned(records)));
}

/** A batch of business.event, one for each customer. */
export async function toldEvents({ context }: RoutingProcess, scene: Scene): Promise<void> {
  const { tenantId } = scene;
  const records = scene.addresses.map((phone) => {
    const event = {
      eventId: newId(),
      tenantId,
      name: 'fee-due',
      customer: { phone },
      texts: { en: 'It is due.' },
    };
    return recordOf(
      scene,
      topics.businessEvent,
      BusinessEvent.encode(BusinessEvent.fromPartial(event)).finish(),
    );
  });
  const handle = createBusinessEvents(context);
  await context.database.transaction({ tenants: [tenantId] }, (tx) => handle(tx, scene.turned(records)));
}

/** A batch of media.stored: the picture of each conversation. */
export async function fetched({ context }: RoutingProcess, scene: Scene): Promise<void> {
  const { tenantId, channel } = scene;
  const records = scene.pictures.map(({ messageId, conversation }) => {
    const items = [{ index: 0, media: { mediaId: newId() } }];
    const place = { tenantId, channel: { id: channel.id }, conversationId: conversation.id };
    const stored = MediaStored.fromPartial({ ...place, messageId, items });
    return recordOf(scene, topics.mediaStored, MediaStored.encode(stored).finish());
  });
  const handle = createMediaStored(context);
  await context.database.transaction({ tenants: [tenantId] }, (tx) => handle(tx, scene.turned(records)));
}

/** The effects of both turns in one batch. */
export function settled(outcome: { response: AskResponse } | { failure: string }) {
  return async ({ context }: RoutingProcess, scene: Scene) => {
    const effects = createTurnEffects(context);
    const results = scene.conversations.map(
      (conversation, index): TurnResult => ({
        ...outcome,
        job: {
          tenantId: scene.tenantId,
          conversationId: conversation.id,
          channelId: conversation.channelId,
          contactId: conversation.contactId,
          address: conversation.address,
          turnId: scene.turnIds[index] ?? '',
          fence: 1,
          fromSeq: 1,
          coversSeq: 1,
          clockMs: 20_000,
          utterances: [],
          dialogueState: '',
        },
      }),
    );
    await Promise.all(scene.turned(results).map((result) => effects.add(result)));
  };
}

/** An RPC for each conversation, both at once. */
export function called<T>(items: (scene: Scene) => readonly T[], call: Call<T>) {
  return async (process: RoutingProcess, scene: Scene) => {
    const identity = ownerOf(scene.tenantId);
    const clients = { conversations: process.conversations(identity), routing: process.routing(identity) };
    const calls = scene.turned(items(scene)).map((item) => call(clients, item, scene));
    const failed = (await Promise.allSettled(calls)).filter((result) => result.status === 'rejected');
    if (failed.length > 0) throw new AggregateError(failed.map(({ reason }) => reason));
  };
}

type Call<T> = (
  clients: {
    conversations: ReturnType<RoutingProcess['conversations']>;
    routing: ReturnType<RoutingProcess['routing']>;
  },
  item: T,
  scene: Scene,
) => Promise<unknown>;

/** What a dispatcher does when a queue wakes it. */
export async function offered({ context }: RoutingProcess, scene: Scene): Promise<void> {
  const dispatcher = createDispatcher(context);
  dispatcher.wake([{ tenantId: scene.tenantId, team: 'default' }]);
  await dispatcher.stop();
}

/** What a dispatcher does to offers that have run out. */
export async function lapsed({ context, database }: RoutingProcess): Promise<void> {
  const dispatcher = createDispatcher(context);
  await dispatcher.begin();
  const due = async () => (await nextDeadlines(database, 2)).some(({ remainingMs }) => remainingMs <= 0);
  while (await due()) await new Promise((resolve) => setTimeout(resolve, 2));
  await dispatcher.stop();
}

/** Records on all topics that routing and the sender of an adapter service publish on, in one transaction. */
export async function published({ context }: RoutingProcess, scene: Scene): Promise<void> {
  const { tenantId, channel } = scene;
  const status = MessageStatus.encode(MessageStatus.fromPartial({ tenantId })).finish();
  const changed = ConversationChanged.encode(ConversationChanged.fromPartial({ tenantId })).finish();
  const contents = [
    [topics.messageStatus, status] as const,
    [topics.conversationChanged, changed] as const,
    [topics.messageSend('channel-webhooks'), status] as const,
    [topics.mediaFetch('channel-webhooks'), status] as const,
    [topics.ticketRequested, status] as const,
  ];
  const keys = [
    ...scene.addresses.map((address) => messageKey(channel.id, address, '')),
    ...scene.conversations.map(({ id }) => id),
  ];
  const records = keys.flatMap((key) =>
    contents.map(
      ([topic, value]): OutgoingRecord => ({ topic, key, value, eventId: newId(), type: '', tenantId }),
    ),
  );
  await context.database.transaction({ tenants: [tenantId] }, async (tx) => {
    for (const record of scene.turned(records)) context.bus.publish(tx, [record]);
  });
}
