import { readStringField } from './partial-read';

/** Names of the topics. */
export const topics = {
  messageReceived: 'omnigate.message.received.v1',
  messageStatus: 'omnigate.message.status.v1',
  conversationChanged: 'omnigate.conversation.changed.v1',
  resourceChanged: 'omnigate.resource.changed.v1',
  channelLog: 'omnigate.channel.log.v1',
  mediaStored: 'omnigate.media.stored.v1',
  ticketChanged: 'omnigate.ticket.changed.v1',
  ticketRequested: 'omnigate.ticket.requested.v1',
  businessEvent: 'omnigate.business.event.v1',
  /** @param adapterService such as `channel-webhooks`; each has its own */
  messageSend: (adapterService: string) => `omnigate.message.send.${adapterService}.v1`,
  /** @param adapterService such as `channel-webhooks`; each has its own */
  mediaFetch: (adapterService: string) => `omnigate.media.fetch.${adapterService}.v1`,
} as const;

/** What is fixed about a topic. */
export interface TopicRow {
  topic: string;
  /** What the record's key is; order is kept per key. */
  key: 'message key' | 'conversation id' | 'ticket id' | 'customer key' | 'channel id' | 'kind + id';
  /** Full name of the value's protobuf message. */
  type: string;
  producedBy: readonly string[];
  consumedBy: readonly string[];
  /** Kafka's; fixed once the topic is there, since another number would move keys. The PostgreSQL log has its own. */
  partitions: number;
  /** Groups that keep a position in it, each with a dead-letter and a retry topic; who follows it has none. */
  groups: readonly string[];
  /** Only the newest record of a key is kept. */
  compacted?: boolean;
  /** Topics that carry what people wrote keep it at most 72 h. */
  retentionHours: number;
  /**
   * Reads the tenant's id without decoding the rest.
   * @param value a record's value
   * @returns empty where the value names no tenant
   * @throws Error when the value is no protobuf
   */
  tenantOf(value: Uint8Array): string;
}

/** The services that have channels; each has its own send topic. */
export const adapterServices = [
  'channel-email',
  'channel-web',
  'channel-webhooks',
  'channel-wechat',
] as const;

// tenantPath: numbers of the fields that lead to tenant_id.
const tenantAt =
  (...tenantPath: number[]) =>
  (value: Uint8Array) =>
    readStringField(value, tenantPath);

const sendRow = (adapterService: string): TopicRow => ({
  topic: topics.messageSend(adapterService),
  key: 'message key',
  type: 'omnigate.message.v1.MessageSend',
  producedBy: ['routing'],
  consumedBy: [adapterService],
  partitions: 48,
  groups: [adapterService],
  retentionHours: 72,
  tenantOf: tenantAt(2),
});

const fetchRow = (adapterService: string): TopicRow => ({
  topic: topics.mediaFetch(adapterService),
  key: 'message key',
  type: 'omnigate.media.v1.MediaFetch',
  producedBy: ['routing'],
  consumedBy: [adapterService],
  partitions: 12,
  groups: [adapterService],
  retentionHours: 72,
  tenantOf: tenantAt(1),
});

/** The one table of topics. */
export const topicTable: readonly TopicRow[] = [
  {
    topic: topics.messageReceived,
    key: 'message key',
    type: 'omnigate.message.v1.MessageReceived',
    producedBy: adapterServices,
    consumedBy: ['routing'],
    partitions: 48,
    groups: ['routing'],
    retentionHours: 72,
    tenantOf: tenantAt(1, 2),
  },
  ...adapterServices.map(sendRow),
  ...adapterServices.map(fetchRow),
  {
    topic: topics.mediaStored,
    key: 'message key',
    type: 'omnigate.media.v1.MediaStored',
    producedBy: adapterServices,
    consumedBy: ['routing'],
    partitions: 12,
    groups: ['routing'],
    retentionHours: 72,
    tenantOf: tenantAt(1),
  },
  {
    topic: topics.messageStatus,
    key: 'message key',
    type: 'omnigate.message.v1.MessageStatus',
    producedBy: adapterServices,
    consumedBy: ['routing'],
    partitions: 48,
    groups: ['routing'],
    retentionHours: 72,
    tenantOf: tenantAt(2),
  },
  {
    topic: topics.conversationChanged,
    key: 'conversation id',
    type: 'omnigate.conversation.v1.ConversationChanged',
    producedBy: ['routing'],
    consumedBy: ['analytics', 'console', 'integration'],
    partitions: 24,
    groups: ['analytics', 'console', 'integration'],
    retentionHours: 72,
    tenantOf: tenantAt(2),
  },
  {
    topic: topics.ticketRequested,
    key: 'conversation id',
    type: 'omnigate.ticket.v1.TicketRequested',
    producedBy: ['routing'],
    consumedBy: ['ticket'],
    partitions: 12,
    groups: ['ticket'],
    retentionHours: 72,
    tenantOf: tenantAt(2),
  },
  {
    topic: topics.ticketChanged,
    key: 'ticket id',
    type: 'omnigate.ticket.v1.TicketChanged',
    producedBy: ['ticket'],
    consumedBy: ['routing', 'analytics'],
    partitions: 12,
    groups: ['routing', 'analytics'],
    retentionHours: 72,
    tenantOf: tenantAt(2),
  },
  {
    topic: topics.businessEvent,
    key: 'customer key',
    type: 'omnigate.integration.v1.BusinessEvent',
    producedBy: ['integration'],
    consumedBy: ['routing'],
    partitions: 12,
    groups: ['routing'],
    retentionHours: 72,
    tenantOf: tenantAt(2),
  },
  {
    topic: topics.channelLog,
    key: 'channel id',
    type: 'omnigate.operations.v1.ChannelLogged',
    producedBy: adapterServices,
    consumedBy: ['directory'],
    partitions: 12,
    groups: ['directory'],
    retentionHours: 72,
    tenantOf: tenantAt(1),
  },
  {
    topic: topics.resourceChanged,
    key: 'kind + id',
    type: 'omnigate.directory.v1.ResourceChanged',
    producedBy: ['directory', 'bot'],
    consumedBy: ['whoever caches channels, rules, knowledge'],
    partitions: 12,
    groups: [],
    compacted: true,
    retentionHours: 168,
    tenantOf: tenantAt(4),
  },
];

/** Topic of what a group could not handle. */
export const deadLetterTopic = (topic: string, group: string) => `${topic}.${group}.dlq`;

/** Topic of what is replayed to a group; that group alone reads it. */
export const retryTopic = (topic: string, group: string) => `${topic}.${group}.retry`;

const rows = new Map(topicTable.map((row) => [row.topic, row]));

/**
 * Finds the row of a topic, or of the topic that a retry or dead-letter topic belongs to.
 * @param topic a topic's full name
 */
export function topicRow(topic: string): TopicRow | undefined {
  return rows.get(topic) ?? rows.get(topic.replace(/(\.v\d+)\..+\.(?:retry|dlq)$/, '$1'));
}
