import { AppError } from '@omnigate/errors';
import type { BusRecord, OutgoingRecord } from './port';

/** The largest record with all that belongs to it, bytes. Kafka's brokers take 1 MB by default. */
export const maxRecordBytes = 900_000;

/** A dead letter is the record and the reason: a record of the largest size must have room for it. */
export const maxDeadLetterBytes = 990_000;

/** A key as it stands at the front of a stored record. */
const maxKeyBytes = 0xffff;
const maxNameBytes = 0xff;

/**
 * Writes a record as it is stored, so that the server cuts one piece a record and nothing is encoded twice:
 * key (u16 length), tenant, event id, type (u8 length each), u16 number of headers, name (u8) and value (u16) of each,
 * and the value until the end. The key and the tenant come first because SQL reads them (`bus.record_key`, `bus.record_tenant`).
 * @param maxBytes the largest that is taken
 * @throws AppError RECORD_TOO_LARGE; INVALID_ARGUMENT when a key, an id or a header is too long
 */
export function encodeRecord(record: OutgoingRecord, maxBytes: number = maxRecordBytes): Buffer {
  const headers = Object.entries(record.headers ?? {});
  const size = recordBytes(record, headers);
  if (size > maxBytes) throw new AppError('RECORD_TOO_LARGE');
  const bytes = Buffer.allocUnsafe(size);
  let at = writeText16(bytes, record.key, 0);
  at = writeText8(bytes, record.tenantId, at);
  at = writeText8(bytes, record.eventId, at);
  at = writeText8(bytes, record.type, at);
  at = bytes.writeUInt16BE(headers.length, at);
  for (const [name, value] of headers) at = writeText16(bytes, value, writeText8(bytes, name, at));
  bytes.set(record.value, at);
  return bytes;
}

/**
 * Says whether a record can be published: of a batch that is published together one that can't would fail all.
 * @throws AppError INVALID_ARGUMENT when a key, an id or a header is too long
 */
export function fitsRecord(record: OutgoingRecord): boolean {
  return recordBytes(record, Object.entries(record.headers ?? {})) <= maxRecordBytes;
}

function recordBytes(record: OutgoingRecord, headers: [string, string][]): number {
  let size = 2 + byteLength(record.key, maxKeyBytes, 'key') + 2 + record.value.length;
  size += 3 + byteLength(record.tenantId, maxNameBytes, 'tenant_id');
  size +=
    byteLength(record.eventId, maxNameBytes, 'event_id') + byteLength(record.type, maxNameBytes, 'type');
  for (const [name, value] of headers) {
    size += 3 + byteLength(name, maxNameBytes, 'headers') + byteLength(value, maxKeyBytes, 'headers');
  }
  return size;
}

function byteLength(text: string, max: number, field: string): number {
  const length = Buffer.byteLength(text);
  if (length <= max) return length;
  const description = `may have at most ${max} bytes`;
  throw new AppError('INVALID_ARGUMENT', {}, { fields: [{ field, description }] });
}

function writeText8(bytes: Buffer, text: string, at: number): number {
  const length = bytes.write(text, at + 1);
  bytes[at] = length;
  return at + 1 + length;
}

function writeText16(bytes: Buffer, text: string, at: number): number {
  const length = bytes.write(text, at + 2);
  bytes.writeUInt16BE(length, at);
  return at + 2 + length;
}

/** Where a record was read. */
export type RecordPlace = Pick<BusRecord, 'topic' | 'partition' | 'offset' | 'time'>;

/**
 * Reads what `encodeRecord` wrote.
 * @param bytes one stored record; its value is not copied
 * @param place where it was read
 */
export function decodeRecord(bytes: Buffer, place: RecordPlace): BusRecord {
  const keyEnd = 2 + bytes.readUInt16BE(0);
  const tenantEnd = endOfText8(bytes, keyEnd);
  const eventEnd = endOfText8(bytes, tenantEnd);
  const typeEnd = endOfText8(bytes, eventEnd);
  const { headers, end } = readHeaders(bytes, typeEnd);
  return {
    ...place,
    key: bytes.toString('utf8', 2, keyEnd),
    tenantId: bytes.toString('utf8', keyEnd + 1, tenantEnd),
    eventId: bytes.toString('utf8', tenantEnd + 1, eventEnd),
    type: bytes.toString('utf8', eventEnd + 1, typeEnd),
    headers,
    value: bytes.subarray(end),
  };
}

function endOfText8(bytes: Buffer, at: number): number {
  return at + 1 + bytes.readUInt8(at);
}

function readHeaders(bytes: Buffer, from: number): { headers: Record<string, string>; end: number } {
  const headers: Record<string, string> = {};
  const count = bytes.readUInt16BE(from);
  let at = from + 2;
  for (let i = 0; i < count; i++) {
    const nameEnd = endOfText8(bytes, at);
    const valueEnd = nameEnd + 2 + bytes.readUInt16BE(nameEnd);
    headers[bytes.toString('utf8', at + 1, nameEnd)] = bytes.toString('utf8', nameEnd + 2, valueEnd);
    at = valueEnd;
  }
  return { headers, end: at };
}
