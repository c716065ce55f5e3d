import type { BusRecord, OutgoingRecord } from '../port';
import type { FetchedMessage } from './cluster';

/** Headers that carry what is not the value: CloudEvents attributes, and the tenant. */
const own = {
  eventId: 'ce_id',
  type: 'ce_type',
  source: 'ce_source',
  specVersion: 'ce_specversion',
  tenantId: 'omnigate-tenant',
} as const;
const ownNames = new Set<string>(Object.values(own));

/** What these headers cost beside the texts in them; so much is added to a record's size for its batch. */
export const messageOverheadBytes = 160;

/** A message as clients take it. */
export interface OutgoingMessage {
  key: string;
  /** kafkajs takes what is no Buffer for text. */
  value: Buffer;
  partition: number;
  headers: Record<string, string>;
}

/** A message on its way to a partition. */
export interface Produced {
  topic: string;
  partition: number;
  message: OutgoingMessage;
  /** Of the message with all that belongs to it, about. */
  bytes: number;
}

/** A record as Kafka carries it. */
export function messageOf(record: OutgoingRecord, partition: number): OutgoingMessage {
  return {
    key: record.key,
    value: bufferOf(record.value),
    partition,
    headers: {
      ...record.headers,
      [own.specVersion]: '1.0',
      [own.source]: 'omnigate',
      [own.eventId]: record.eventId,
      [own.type]: record.type,
      [own.tenantId]: record.tenantId,
    },
  };
}

/** The bytes are not copied. */
function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where a message was read. */
export interface MessagePlace {
  /** Shown as the record's topic. */
  topic: string;
  partition: number;
}

const noValue = Buffer.alloc(0);

/**
 * Reads a message. What others have put on a topic may lack anything: it comes with empty texts, and is for the handler to
 * refuse.
 */
export function recordOf(message: FetchedMessage, { topic, partition }: MessagePlace): BusRecord {
  const headers = textsOf(message.headers);
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    time: new Date(Number(message.timestamp)),
    key: message.key?.toString('utf8') ?? '',
    value: message.value ?? noValue,
    eventId: headers[own.eventId] ?? '',
    type: headers[own.type] ?? '',
    tenantId: headers[own.tenantId] ?? '',
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !ownNames.has(name))),
  };
}

// A header that comes twice counts once, with its last value.
function textsOf(headers: FetchedMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [
      name,
      String((Array.isArray(value) ? value.at(-1) : value) ?? ''),
    ]),
  );
}
