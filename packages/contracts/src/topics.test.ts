import {
  BusinessEvent,
  ChannelLogged,
  ConversationChanged,
  deadLetterTopic,
  MediaFetch,
  MediaStored,
  MessageReceived,
  MessageSend,
  MessageStatus,
  ResourceChanged,
  retryTopic,
  TicketChanged,
  TicketRequested,
  topicRow,
  topics,
  topicTable,
} from './index';

const tenantId = '0198c0de-0000-7000-8000-000000000001';
const message = { eventId: 'e', tenantId, channel: { type: 'sms-twilio', id: 'c' } };
const values: Record<string, Uint8Array> = {
  'omnigate.message.v1.MessageReceived': MessageReceived.encode(
    MessageReceived.fromPartial({ message, raw: Buffer.from('raw') }),
  ).finish(),
  'omnigate.message.v1.MessageSend': MessageSend.encode(
    MessageSend.fromPartial({ messageId: 'm', tenantId, address: '+1' }),
  ).finish(),
  'omnigate.message.v1.MessageStatus': MessageStatus.encode(
    MessageStatus.fromPartial({ messageId: 'm', tenantId, attempts: 1 }),
  ).finish(),
  'omnigate.conversation.v1.ConversationChanged': ConversationChanged.encode(
    ConversationChanged.fromPartial({ conversationId: 'c', tenantId, seq: 7n }),
  ).finish(),
  'omnigate.media.v1.MediaFetch': MediaFetch.encode(
    MediaFetch.fromPartial({ tenantId, messageId: 'm' }),
  ).finish(),
  'omnigate.media.v1.MediaStored': MediaStored.encode(
    MediaStored.fromPartial({ tenantId, messageId: 'm' }),
  ).finish(),
  'omnigate.ticket.v1.TicketRequested': TicketRequested.encode(
    TicketRequested.fromPartial({ requestId: 'r', tenantId, address: '+1' }),
  ).finish(),
  'omnigate.ticket.v1.TicketChanged': TicketChanged.encode(
    TicketChanged.fromPartial({ ticketId: 't', tenantId }),
  ).finish(),
  'omnigate.integration.v1.BusinessEvent': BusinessEvent.encode(
    BusinessEvent.fromPartial({ eventId: 'e', tenantId, name: 'fee-due' }),
  ).finish(),
  'omnigate.operations.v1.ChannelLogged': ChannelLogged.encode(
    ChannelLogged.fromPartial({ tenantId, channelId: 'c' }),
  ).finish(),
  'omnigate.directory.v1.ResourceChanged': ResourceChanged.encode(
    ResourceChanged.fromPartial({ kind: 'Channel', id: 'c', name: 'n', tenantId, deleted: true }),
  ).finish(),
};

describe('topicTable', () => {
  it('names every topic once, as omnigate.<noun>.<verb>[.<adapter service>].v1', () => {
    const names = topicTable.map((row) => row.topic);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^omnigate\.[a-z]+\.[a-z]+(\.channel-[a-z]+)?\.v1$/);
  });

  it('has a row for every topic that has a name', () => {
    const { messageSend, mediaFetch, ...named } = topics;
    for (const topic of [
      ...Object.values(named),
      messageSend('channel-webhooks'),
      messageSend('channel-web'),
      mediaFetch('channel-webhooks'),
    ]) {
      expect(topicRow(topic)?.topic).toBe(topic);
    }
  });

  it.each(topicTable.map((row) => [row.topic, row] as const))('reads the tenant of %s', (_topic, row) => {
    expect(row.tenantOf(values[row.type] as Uint8Array)).toBe(tenantId);
    expect(row.tenantOf(new Uint8Array())).toBe('');
  });

  it('throws for a value that is no protobuf', () => {
    expect(() => topicTable[0]?.tenantOf(Buffer.from('\xff\xff\xff', 'latin1'))).toThrow();
    expect(() => topicTable[0]?.tenantOf(Buffer.from([0x0a, 0x7f, 0x01]))).toThrow();
  });

  it('has as many partitions as a busy cluster may want', () => {
    for (const { partitions } of topicTable) {
      expect(partitions).toBeGreaterThanOrEqual(12);
      expect(partitions).toBeLessThanOrEqual(48);
    }
  });

  it('keeps what people wrote at most 72 h', () => {
    for (const row of topicTable.filter(({ compacted }) => !compacted))
      expect(row.retentionHours).toBeLessThanOrEqual(72);
  });
});

describe('retryTopic and deadLetterTopic', () => {
  it('belong to the row of their topic', () => {
    expect(retryTopic(topics.messageReceived, 'routing')).toBe('omnigate.message.received.v1.routing.retry');
    expect(topicRow(retryTopic(topics.messageReceived, 'routing'))?.topic).toBe(topics.messageReceived);
    const send = topics.messageSend('channel-web');
    expect(topicRow(deadLetterTopic(send, 'channel-web'))?.topic).toBe(send);
    expect(topicRow('omnigate.nothing.here.v1')).toBeUndefined();
  });
});
