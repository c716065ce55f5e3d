import {
  ChannelLogged,
  ConversationChanged,
  DeliveryState,
  MediaFetch,
  MediaStored,
  MessageReceived,
  MessageSend,
  MessageStatus,
  ResourceChanged,
} from '@omnigate/contracts';

/** The word of a field as protobuf JSON writes it: messageRecorded becomes message_recorded. */
const fieldName = (member: string): string =>
  member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Enum name without its prefix: DELIVERY_STATE_SENT becomes "sent". */
const stateName = (state: DeliveryState): string =>
  (DeliveryState[state] ?? 'unknown state').replace('DELIVERY_STATE_', '').toLowerCase();

const summaries: Record<string, (value: Uint8Array) => string> = {
  'omnigate.message.v1.MessageReceived': (value) => {
    const { message } = MessageReceived.decode(value);
    const kind = fieldName(message?.content?.kind?.$case ?? 'unknown content');
    return `${kind} received on channel ${message?.channel?.id ?? ''}`;
  },
  'omnigate.message.v1.MessageSend': (value) => {
    const send = MessageSend.decode(value);
    return `${fieldName(send.content?.kind?.$case ?? 'unknown content')} ${send.messageId} to be sent on channel ${send.channel?.id ?? ''}`;
  },
  'omnigate.message.v1.MessageStatus': (value) => {
    const status = MessageStatus.decode(value);
    return `message ${status.messageId} ${stateName(status.state)}`;
  },
  'omnigate.media.v1.MediaFetch': (value) => {
    const { items, messageId } = MediaFetch.decode(value);
    return `${items.length} files of message ${messageId} to be fetched`;
  },
  'omnigate.media.v1.MediaStored': (value) => {
    const { items, messageId } = MediaStored.decode(value);
    const kept = items.filter(({ media }) => media?.mediaId).length;
    return `${kept} of ${items.length} files of message ${messageId} stored`;
  },
  'omnigate.conversation.v1.ConversationChanged': (value) => {
    const { conversationId, seq, change } = ConversationChanged.decode(value);
    return `conversation ${conversationId} change ${seq}: ${fieldName(change?.$case ?? 'unknown change')}`;
  },
  'omnigate.directory.v1.ResourceChanged': (value) => {
    const { kind, name, deleted } = ResourceChanged.decode(value);
    return `${kind}/${name} ${deleted ? 'deleted' : 'changed'}`;
  },
  'omnigate.operations.v1.ChannelLogged': (value) => {
    const { channelId, stage, code } = ChannelLogged.decode(value);
    return `${code} at ${stage} on channel ${channelId}`;
  },
};

/**
 * Says what an event is about, without texts, names or addresses of customers.
 *
 * @param type full name of the value's message
 * @param value the record's value
 * @returns a few words; empty for types that this version does not know or can not read
 */
export function summariseEvent(type: string, value: Uint8Array): string {
  try {
    return summaries[type]?.(value) ?? '';
  } catch {
    return '';
  }
}
