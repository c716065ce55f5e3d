import {
  BusinessEventOutcome,
  type BusinessEventResult,
  type Contact,
  ContactServiceService,
  type Conversation,
  ConversationOwner,
  ConversationServiceService,
  ConversationState,
  type Delivery,
  DeliveryServiceService,
  DeliveryState,
} from '@omnigate/contracts';
import { column, enumColumn, timeColumn } from '../output/cells';
import { contentText } from '../output/content-text';
import { enumFilter } from './enum-filter';
import { allPages, type Listing } from './listing';

async function* listConversations(
  ...[server, query]: Parameters<Listing['list']>
): AsyncGenerator<Conversation> {
  const service = server.client(ConversationServiceService);
  if (query.name !== '') {
    const { conversation } = await service.getConversation({ conversationId: query.name });
    if (conversation) yield conversation;
    return;
  }
  const filter = {
    state: enumFilter('state', query.state, { values: ConversationState, prefix: 'CONVERSATION_STATE_' }),
    owner: enumFilter('owner', query.owner, { values: ConversationOwner, prefix: 'CONVERSATION_OWNER_' }),
    channel: query.channel ?? '',
    address: query.address ?? '',
  };
  yield* allPages(async (page) => {
    const { conversations, nextPageToken } = await service.listConversations({ ...filter, ...page });
    return { items: conversations, nextPageToken };
  });
}

async function* listDeliveries(...[server, query]: Parameters<Listing['list']>): AsyncGenerator<Delivery> {
  const service = server.client(DeliveryServiceService);
  const filter = {
    state: enumFilter('state', query.state, { values: DeliveryState, prefix: 'DELIVERY_STATE_' }),
    channel: query.channel ?? '',
    conversationId: query.conversation ?? '',
    messageId: query.message ?? query.name,
  };
  yield* allPages(async (page) => {
    const { deliveries, nextPageToken } = await service.listDeliveries({ ...filter, ...page });
    return { items: deliveries, nextPageToken };
  });
}

async function* listContacts(...[server, query]: Parameters<Listing['list']>): AsyncGenerator<Contact> {
  const service = server.client(ContactServiceService);
  if (query.name !== '') {
    const { contact } = await service.getContact({ contactId: query.name });
    if (contact) yield contact;
    return;
  }
  yield* allPages(async (page) => {
    const { contacts, nextPageToken } = await service.listContacts({ address: query.address ?? '', ...page });
    return { items: contacts, nextPageToken };
  });
}

async function* listBusinessEvents(
  ...[server, query]: Parameters<Listing['list']>
): AsyncGenerator<BusinessEventResult> {
  const service = server.client(DeliveryServiceService);
  const outcomes = { values: BusinessEventOutcome, prefix: 'BUSINESS_EVENT_OUTCOME_' };
  const filter = { outcome: enumFilter('state', query.state, outcomes), eventId: query.name };
  yield* allPages(async (page) => {
    const { results, nextPageToken } = await service.listBusinessEvents({ ...filter, ...page });
    return { items: results, nextPageToken };
  });
}

const deliveryState = enumColumn('STATE', 'state', 'DELIVERY_STATE_');

/** Lists of what people said and to whom. */
export const conversationListings: readonly Listing[] = [
  {
    aliases: ['conv'],
    title: 'conversations',
    message: 'omnigate.conversation.v1.Conversation',
    nameIs: 'ID',
    filters: ['state', 'owner', 'channel', 'address'],
    columns: [
      column('ID', 'id'),
      column('CHANNEL', 'channel'),
      column('ADDRESS', 'address'),
      enumColumn('STATE', 'state', 'CONVERSATION_STATE_'),
      enumColumn('OWNER', 'owner', 'CONVERSATION_OWNER_'),
      column('AGENT', 'agent'),
      { title: 'PLACE', cell: ({ queue_place: place }) => (place ? String(place) : '') },
      column('INBOUND', 'inbound_count'),
      timeColumn('UPDATED', 'update_time'),
    ],
    list: listConversations,
  },
  {
    aliases: ['msg'],
    title: 'messages',
    message: 'omnigate.conversation.v1.StoredMessage',
    filters: ['conversation'],
    required: 'conversation',
    columns: [
      timeColumn('TIME', 'create_time'),
      enumColumn('FROM', 'sender.role', 'PARTY_ROLE_'),
      enumColumn('DIRECTION', 'direction', 'DIRECTION_'),
      deliveryState,
      { title: 'TEXT', cell: ({ content }) => contentText(content) },
    ],
    async *list(server, query) {
      const service = server.client(ConversationServiceService);
      yield* allPages(async (page) => {
        const request = { conversationId: query.conversation ?? '', ...page };
        const { messages, nextPageToken } = await service.listMessages(request);
        return { items: messages, nextPageToken };
      });
    },
  },
  {
    aliases: [],
    title: 'deliveries',
    message: 'omnigate.delivery.v1.Delivery',
    nameIs: 'MESSAGE_ID',
    filters: ['state', 'channel', 'conversation', 'message'],
    columns: [
      column('MESSAGE', 'message_id'),
      column('CHANNEL', 'channel'),
      column('ADDRESS', 'address'),
      deliveryState,
      column('ATTEMPTS', 'attempts'),
      column('ERROR', 'error_code'),
      timeColumn('UPDATED', 'update_time'),
    ],
    list: listDeliveries,
  },
  {
    aliases: ['businesseventresult'],
    title: 'business-events',
    message: 'omnigate.delivery.v1.BusinessEventResult',
    nameIs: 'EVENT_ID',
    filters: ['state'],
    columns: [
      column('EVENT', 'event_id'),
      column('NAME', 'name'),
      enumColumn('OUTCOME', 'outcome', 'BUSINESS_EVENT_OUTCOME_'),
      column('REASON', 'reason'),
      column('CHANNEL', 'channel'),
      column('CONVERSATION', 'conversation_id'),
      timeColumn('TIME', 'occurred_time'),
    ],
    list: listBusinessEvents,
  },
  {
    aliases: [],
    title: 'contacts',
    message: 'omnigate.contact.v1.Contact',
    nameIs: 'ID',
    filters: ['address'],
    columns: [
      column('ID', 'id'),
      column('NAME', 'name'),
      {
        title: 'ADDRESSES',
        cell: ({ addresses }) =>
          (addresses as { namespace: string; value: string }[])
            .map(({ namespace, value }) => `${namespace}:${value}`)
            .join(', '),
      },
      timeColumn('CREATED', 'create_time'),
    ],
    list: listContacts,
  },
];
