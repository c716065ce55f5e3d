import { randomUUID } from 'node:crypto';
import type { OutgoingRecord } from '@omnigate/bus';
import { MessageSend, messageKey, type ResolvedChannel, topics } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';

/** A message that is to be sent. */
export interface SentMessage
  extends Pick<
    Parameters<typeof MessageSend.fromPartial>[0],
    'content' | 'attachments' | 'sender' | 'priority' | 'notAfter' | 'createTime'
  > {
  to: string;
  /** Instead of `content`. */
  text: string;
  messageId?: string;
  threadKey?: string;
}

/**
 * Makes the record by which routing asks for a message to be sent.
 *
 * @param adapterService such as `channel-email`.
 * @param channel by which.
 * @param message what.
 * @returns the record; its event id is the message's id.
 */
export function sendRecord(
  adapterService: string,
  channel: ResolvedChannel,
  { to: address, text, messageId = newId(), threadKey = '', ...message }: SentMessage,
): OutgoingRecord {
  const send = MessageSend.fromPartial({
    ...message,
    messageId,
    tenantId: channel.tenantId,
    channel: { type: channel.type, id: channel.id },
    address,
    threadKey,
    conversationId: randomUUID(),
    content: message.content ?? { kind: { $case: 'text', value: { body: text } } },
  });
  return {
    topic: topics.messageSend(adapterService),
    key: messageKey(channel.id, address, threadKey),
    value: MessageSend.encode(send).finish(),
    eventId: messageId,
    type: 'omnigate.message.v1.MessageSend',
    tenantId: channel.tenantId,
  };
}
