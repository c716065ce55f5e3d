import { type BusRecord, busSchema, type Outcome } from '@omnigate/bus';
import {
  BusinessEvent,
  Content,
  type DeliveryState,
  Direction,
  type Letter,
  type Media,
  MediaStored,
  MessageReceived,
  MessageStatus,
  messageKey,
  PartyRole,
  TicketChanged,
  topics,
} from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { freshDatabase } from '@omnigate/testkit';
import { createBusinessEvents } from '../src/consumers/business-event';
import { createMediaStored } from '../src/consumers/media-stored';
import { createMessageReceived } from '../src/consumers/message-received';
import { createMessageStatus } from '../src/consumers/message-status';
import { createTicketChanged } from '../src/consumers/ticket-changed';
import { utteranceText } from '../src/domain/utterance';
import { routingSchema } from '../src/schema';
import { listConversations } from '../src/store/list-conversations';
import { readMessages } from '../src/store/messages';
import { createTestDirectory, type TestTenant } from './directory';
import { openProcess, type ProcessOptions } from './process';

/** A message from a customer, in short. */
export interface Inbound {
  from?: string;
  text?: string;
  /** In place of a text. */
  content?: Content;
  attachments?: Media[];
  /** Name of an event, in place of a text. */
  event?: string;
  /** Of the event. */
  detail?: string;
  /** The provider's id of the message that it answers. */
  replyTo?: string;
  /** Id of a menu's option, in place of a text. */
  choice?: string;
  eventId?: string;
  consentWord?: string;
  /** What e-mail has besides. */
  letter?: Letter;
}

/** What happened to a ticket, as far as routing looks at it. */
export type TicketNews = Partial<Pick<TicketChanged, 'tenantId' | 'notices'>>;

/** What a provider's adapter reports of a message, in short. */
export interface Reported {
  messageId: string;
  conversationId: string;
  state: DeliveryState;
  optedOut?: boolean;
  errorCode?: string;
  /** Of a failure: `window-closed` where it may be planned again. */
  failureClass?: string;
  from?: string;
}

/** A business event, in short. */
export interface ToldEvent {
  eventId?: string;
  customer?: { contactId?: string; phone?: string; email?: string; externalId?: string };
  texts?: Record<string, string>;
}

/** The customer of a test that has one. */
export const customer = '+14155550101';

/** Routing on a database of its own. */
export type Bed = Awaited<ReturnType<typeof openBed>>;

/** Opens a bed; the caller closes it. */
export async function openBed(o: Pick<ProcessOptions, 'ask'> = {}) {
  const fresh = await freshDatabase([busSchema, routingSchema]);
  const directory = createTestDirectory();
  const process = await openProcess({ url: fresh.url, directory: directory.cache, ...o });
  const { context, database } = process;
  const within = {
    ...process,
    ...{ url: fresh.url, directory, addTenant: directory.addTenant, addChannel: directory.addChannel },
  };
  const messagesOf = async ({ tenantId }: TestTenant, conversationId: string) => {
    const range = { tenantId, conversationId, beforeSeq: 2 ** 31 - 1, limit: 100 };
    const rows = await database.transaction({ tenants: [tenantId] }, (tx) => readMessages(tx, range));
    return rows.reverse();
  };

  return {
    ...within,
    /** One batch of message.received. */
    receive: ({ tenantId, channel }: TestTenant, ...messages: Inbound[]) =>
      database.transaction({ tenants: [tenantId] }, (tx) =>
        createMessageReceived(context)(
          tx,
          messages.map((message) => receivedRecord({ tenantId, channelId: channel.id }, message)),
        ),
      ),
    /** One batch of message.status. */
    report: ({ tenantId, channel }: TestTenant, ...statuses: Reported[]) =>
      database.transaction({ tenants: [tenantId] }, (tx) =>
        createMessageStatus(context)(
          tx,
          statuses.map((status) => statusRecord({ tenantId, channelId: channel.id }, status)),
        ),
      ),
    /** One batch of business.event. */
    tell: ({ tenantId, channel }: TestTenant, ...events: ToldEvent[]) =>
      database.transaction({ tenants: [tenantId] }, (tx) =>
        createBusinessEvents(context)(
          tx,
          events.map((event) => eventRecord({ tenantId, channelId: channel.id }, event)),
        ),
      ),
    /** One batch of ticket.changed. */
    tickets: ({ tenantId }: TestTenant, ...changes: TicketNews[]): Promise<Outcome[]> =>
      database.transaction({ tenants: [tenantId] }, (tx) =>
        createTicketChanged(context)(
          tx,
          changes.map((change) => ticketRecord(tenantId, change)),
        ),
      ),
    /** One batch of media.stored. */
    tellFiles: (
      { tenantId, channel }: TestTenant,
      ...told: Pick<MediaStored, 'conversationId' | 'messageId' | 'items'>[]
    ) =>
      database.transaction({ tenants: [tenantId] }, (tx) =>
        createMediaStored(context)(
          tx,
          told.map((each) => {
            const value = MediaStored.fromPartial({ ...each, tenantId, channel: { id: channel.id } });
            const place = { tenantId, channelId: channel.id };
            return recordOf(place, topics.mediaStored, customer, MediaStored.encode(value).finish());
          }),
        ),
      ),
    /** A tenant's conversations, the newest first. */
    conversationsOf: ({ tenantId }: TestTenant) =>
      database.transaction({ tenants: [tenantId] }, (tx) =>
        listConversations(tx, {
          ...{ tenantId, state: null, owner: null, channelId: null },
          ...{ address: null, beforeId: null, limit: 100 },
        }),
      ),
    /** What was said in a conversation, such as `customer: hello`, in order. */
    async said(tenant: TestTenant, conversationId: string): Promise<string[]> {
      return (await messagesOf(tenant, conversationId)).map(({ direction, role, content }) => {
        const speaker = PartyRole[role]?.replace('PARTY_ROLE_', '').toLowerCase();
        const who = direction === Direction.DIRECTION_INTERNAL ? `${speaker}'s note` : speaker;
        return `${who}: ${utteranceText(Content.decode(content))}`;
      });
    },
    /** What each message of a conversation holds, in order. */
    contentsOf: async (tenant: TestTenant, conversationId: string): Promise<Content[]> =>
      (await messagesOf(tenant, conversationId)).map(({ content }) => Content.decode(content)),
    async close() {
      await process.close();
      await fresh.drop();
    },
  };
}

interface Place {
  tenantId: string;
  channelId: string;
}

function recordOf(place: Place, topic: string, from: string, value: Uint8Array): BusRecord {
  return {
    topic,
    partition: 0,
    offset: 0n,
    key: messageKey(place.channelId, from, ''),
    value: Buffer.from(value),
    eventId: newId(),
    type: '',
    tenantId: place.tenantId,
    headers: {},
    time: new Date(),
  };
}

function receivedRecord(place: Place, message: Inbound): BusRecord {
  const { from = customer, eventId = newId(), consentWord = '', letter } = message;
  const { replyTo = '', attachments = [] } = message;
  const kind = kindOf(message);
  const value = MessageReceived.fromPartial({
    message: {
      eventId,
      tenantId: place.tenantId,
      channel: { id: place.channelId },
      sender: { address: from, role: PartyRole.PARTY_ROLE_CUSTOMER },
      content: message.content ?? { kind },
      attachments,
      replyTo,
      ...(letter && { letter }),
    },
    consentWord,
  });
  return recordOf(place, topics.messageReceived, from, MessageReceived.encode(value).finish());
}

function eventRecord(place: Place, event: ToldEvent): BusRecord {
  const { eventId = newId(), customer: named = { phone: customer } } = event;
  const { texts = { zh: '您的包裹有新消息。', en: 'There is news about your parcel.' } } = event;
  const value = BusinessEvent.fromPartial({
    ...{ eventId, tenantId: place.tenantId, name: 'parcel-stalled', customer: named, texts },
    occurredTime: new Date('2026-11-20T08:00:00Z'),
  });
  return recordOf(place, topics.businessEvent, '', BusinessEvent.encode(value).finish());
}

function ticketRecord(tenantId: string, change: TicketNews): BusRecord {
  const value = TicketChanged.encode(TicketChanged.fromPartial({ tenantId, ...change })).finish();
  return recordOf({ tenantId, channelId: '' }, topics.ticketChanged, '', value);
}

function kindOf({ text = 'hello', event, detail = '', choice }: Inbound): NonNullable<Content['kind']> {
  if (event !== undefined) return { $case: 'event', value: { name: event, detail } };
  if (choice !== undefined) return { $case: 'menuChoice', value: { id: choice, label: '' } };
  return { $case: 'text', value: { body: text } };
}

function statusRecord(place: Place, status: Reported): BusRecord {
  const { from = customer, ...reported } = status;
  const value = MessageStatus.fromPartial({
    ...reported,
    tenantId: place.tenantId,
    channel: { id: place.channelId },
    address: from,
  });
  return recordOf(place, topics.messageStatus, from, MessageStatus.encode(value).finish());
}
