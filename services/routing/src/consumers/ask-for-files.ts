import {
  encodeMessage,
  MediaFetch,
  type Message,
  messageKey,
  type ResolvedChannel,
  topics,
} from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import { filesToFetch } from '../domain/media-items';
import type { Changes } from '../store/changes';
import type { MessageRow } from '../store/messages';

/**
 * Asks the service that knows the provider for the files of a message, once that is stored.
 *
 * @param changes where to collect.
 * @param channel that it came on.
 * @param o the message as it came and as it is stored; the trace context of its record.
 */
export function askForFiles(
  changes: Changes,
  channel: ResolvedChannel,
  o: { message: Message; address: string; row: MessageRow; traceparent: string | undefined },
): void {
  const items = filesToFetch(o.message);
  const adapterService = channel.channelType?.adapterService ?? '';
  if (items.length === 0 || adapterService === '') return;
  const { tenantId, conversationId, id: messageId } = o.row;
  const { address, traceparent } = o;
  const { threadKey } = o.message;
  const place = { tenantId, channel: { type: channel.type, id: channel.id }, conversationId, messageId };
  changes.records.push({
    topic: topics.mediaFetch(adapterService),
    key: messageKey(channel.id, address, threadKey),
    value: encodeMessage(MediaFetch, { ...place, address, threadKey, items }),
    eventId: newId(),
    type: 'omnigate.media.v1.MediaFetch',
    tenantId,
    ...(traceparent ? { headers: { traceparent } } : {}),
  });
}
