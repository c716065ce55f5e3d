import type { BusRecord, Outcome, OutgoingRecord } from '@omnigate/bus';
import { encodeMessage, type Media, MediaFetch, MediaStored, topics } from '@omnigate/contracts';
import { newId } from '@omnigate/runtime';
import type { WantedFile } from './fetch-store';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Reads what routing asks for; a record that can't be that goes to the dead letters. */
export function readFetch(record: BusRecord): { files: WantedFile[]; outcome: Outcome } {
  let fetch: MediaFetch;
  try {
    fetch = MediaFetch.decode(record.value);
  } catch (error) {
    return { files: [], outcome: { kind: 'deadLetter', code: 'PAYLOAD_MALFORMED', error } };
  }
  const { tenantId, messageId, channel, conversationId } = fetch;
  if (!channel || !uuid.test(messageId) || !uuid.test(channel.id) || tenantId !== record.tenantId) {
    return { files: [], outcome: { kind: 'deadLetter', code: 'INVALID_ARGUMENT' } };
  }
  const files = fetch.items.flatMap(({ index, media }) =>
    media
      ? [
          {
            ...{ tenantId, messageId, index, media, conversationId },
            channelId: channel.id,
            channelType: channel.type,
            key: record.key,
            traceparent: record.headers.traceparent ?? null,
          },
        ]
      : [],
  );
  return { files, outcome: { kind: 'ok' } };
}

/** The record that tells what became of a file. */
export function storedRecord(file: WantedFile, media: Media): OutgoingRecord {
  const value = encodeMessage(MediaStored, {
    tenantId: file.tenantId,
    channel: { type: file.channelType, id: file.channelId },
    conversationId: file.conversationId,
    messageId: file.messageId,
    items: [{ index: file.index, media }],
  });
  return {
    topic: topics.mediaStored,
    key: file.key,
    value,
    eventId: newId(),
    type: 'omnigate.media.v1.MediaStored',
    tenantId: file.tenantId,
    ...(file.traceparent ? { headers: { traceparent: file.traceparent } } : {}),
  };
}
