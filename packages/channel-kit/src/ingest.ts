import type { Bus, OutgoingRecord } from '@omnigate/bus';
import {
  type Content,
  Direction,
  encodeMessage,
  type Message,
  MessageReceived,
  messageKey,
  PartyRole,
  type ResolvedChannel,
  topics,
} from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { createSignals, eventIdOf, type Logger, type Metrics, newId, sanitizeText } from '@omnigate/runtime';
import type { InboundMessage } from './adapter';

/** Takes customers' messages onto the bus. */
export interface Ingest {
  /**
   * Publishes messages; durable when it resolves. A repeat gets the same event id, and routing drops it.
   * @param raw the provider's payload; kept to 64 KB
   * @param traceparent trace context in which they came
   * @throws AppError BUS_UNAVAILABLE, OVERLOADED, RECORD_TOO_LARGE (over 900 KB), PAYLOAD_MALFORMED (no usable address)
   */
  accept(
    channel: ResolvedChannel,
    messages: readonly InboundMessage[],
    raw: Buffer,
    receivedTime: Date,
    traceparent?: string,
  ): Promise<void>;
}

const maxRawBytes = 64 * 1024;
const maxAddressCharacters = 320;

/** Makes an adapter service's way in. */
export function createIngest(o: {
  bus: Pick<Bus, 'append' | 'appendAll'>;
  adapterService: string;
  metrics: Metrics;
  logger: Logger;
}): Ingest {
  const signals = createSignals(o.metrics, `${o.adapterService}.received`);
  return {
    async accept(channel, messages, raw, receivedTime, traceparent) {
      if (messages.length === 0) return;
      const startedMs = performance.now();
      signals.received(messages.length);
      signals.lag((Date.now() - receivedTime.getTime()) / 1_000);
      try {
        const records = messages.map((message) =>
          inboundRecord(channel, message, { raw, receivedTime, traceparent }),
        );
        if (records.length === 1) await o.bus.append(records[0] as OutgoingRecord);
        else await o.bus.appendAll(records);
      } catch (error) {
        signals.failed('publish', messages.length);
        throw error;
      }
      signals.done(messages.length);
      signals.duration((performance.now() - startedMs) / 1_000);
    },
  };
}

/** How a message came. */
export interface Arrival {
  /** The provider's payload; kept to 64 KB. */
  raw: Buffer;
  receivedTime: Date;
  /** W3C trace context in which it came. */
  traceparent: string | undefined;
}

/**
 * The record of omnigate.message.received for a message; for adapters that publish it in a transaction of their own.
 *
 * @param channel that it came by.
 * @param inbound as the adapter read it.
 * @param arrival how it came.
 * @returns the record; a repeat of the message has the same event id.
 * @throws AppError PAYLOAD_MALFORMED (no usable address)
 */
export function inboundRecord(
  channel: ResolvedChannel,
  inbound: InboundMessage,
  arrival: Arrival,
): OutgoingRecord {
  const address = sanitizeText(inbound.address);
  if (address === '' || address.length > maxAddressCharacters) throw new AppError('PAYLOAD_MALFORMED');
  const threadKey = sanitizeText(inbound.threadKey ?? '');
  const providerMessageId = sanitizeText(inbound.providerMessageId ?? '');
  const eventId = providerMessageId ? eventIdOf(channel.id, providerMessageId, inbound.part ?? 0) : newId();
  const message: Message = {
    eventId,
    tenantId: channel.tenantId,
    channel: { type: channel.type, id: channel.id },
    direction: Direction.DIRECTION_INBOUND,
    sender: { address, name: sanitizeText(inbound.name ?? ''), role: PartyRole.PARTY_ROLE_CUSTOMER },
    threadKey,
    content: sanitizeContent(inbound.content),
    attachments: sanitizeTexts(inbound.attachments ?? []),
    replyTo: sanitizeText(inbound.replyTo ?? ''),
    providerMessageId,
    occurredTime: inbound.occurredTime ?? arrival.receivedTime,
    receivedTime: arrival.receivedTime,
    letter: inbound.letter && sanitizeTexts(inbound.letter),
  };
  const value = encodeMessage(MessageReceived, {
    message,
    raw: arrival.raw.subarray(0, maxRawBytes),
    consentWord: inbound.consentWord ?? '',
  });
  return {
    topic: topics.messageReceived,
    key: messageKey(channel.id, address, threadKey),
    value,
    eventId,
    type: 'omnigate.message.v1.MessageReceived',
    tenantId: channel.tenantId,
    ...(arrival.traceparent ? { headers: { traceparent: arrival.traceparent } } : {}),
  };
}

/** Nearly all messages are plain text, so that case is short. */
function sanitizeContent(content: Content): Content {
  if (content.kind?.$case !== 'text') return sanitizeTexts(content);
  return { kind: { $case: 'text', value: { body: sanitizeText(content.kind.value.body) } } };
}

/** Sanitises every text of a content; a copy only where there is something to walk into. */
function sanitizeTexts<T extends Content | unknown>(value: T): T {
  if (typeof value === 'string') return sanitizeText(value) as T;
  if (Array.isArray(value)) return value.map((item) => sanitizeTexts(item as unknown)) as T;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || value instanceof Date)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, sanitizeTexts(item as unknown)]),
  ) as T;
}
