import { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import type { Connection } from 'pg';

/** Code of a DataRow message (https://www.postgresql.org/docs/18/protocol-message-formats.html). */
const dataRow = 0x44;
/** Byte1 code, Int32 length that counts itself. */
const headerBytes = 5;

type FieldValue = string | Buffer | null;
interface RowDescription {
  fields: { format: 'text' | 'binary' }[];
}

/** The driver's connection as far as this file takes part in it. */
type Wire = Connection & { attachListeners(stream: Readable): void };

/**
 * pg decodes every result field as UTF-8 before it looks at its format, which destroys binary values (its parser
 * says "Binary mode not supported yet"). This reads DataRow messages itself, giving binary fields as Buffers, and
 * leaves all others to pg's own parser.
 * @param connection a connection that isn't connected yet
 */
export function readBinaryRows(connection: Connection): void {
  const wire = connection as Wire;
  const attachParser = wire.attachListeners.bind(wire);
  let binary: boolean[] = [];
  wire.on('rowDescription', (message: RowDescription) => {
    binary = message.fields.map((field) => field.format === 'binary');
  });
  wire.attachListeners = (stream) => {
    const others = new EventEmitter();
    attachParser(others as Readable);
    stream.on(
      'data',
      messageSplitter(
        (bytes) => others.emit('data', bytes),
        (body) => wire.emit('dataRow', { name: 'dataRow', fields: readFields(body, binary) }),
      ),
    );
  };
}

/** Cuts a byte stream into runs of whole messages other than DataRow, and the bodies of DataRow messages. */
function messageSplitter(
  onOthers: (bytes: Buffer) => void,
  onRow: (body: Buffer) => void,
): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let neededBytes = headerBytes;
  return (chunk) => {
    pending.push(chunk);
    pendingBytes += chunk.length;
    if (pendingBytes < neededBytes) return;
    const bytes = pending.length === 1 ? chunk : Buffer.concat(pending, pendingBytes);
    const rest = readMessages(bytes, onOthers, onRow);
    neededBytes = rest.length < headerBytes ? headerBytes : rest.readUInt32BE(1) + 1;
    pending = rest.length > 0 ? [rest] : [];
    pendingBytes = rest.length;
  };
}

function readMessages(
  bytes: Buffer,
  onOthers: (bytes: Buffer) => void,
  onRow: (body: Buffer) => void,
): Buffer {
  let othersFrom = 0;
  let at = 0;
  while (at + headerBytes <= bytes.length) {
    const end = at + 1 + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) break;
    if (bytes[at] === dataRow) {
      if (othersFrom < at) onOthers(bytes.subarray(othersFrom, at));
      onRow(bytes.subarray(at + headerBytes, end));
      othersFrom = end;
    }
    at = end;
  }
  if (othersFrom < at) onOthers(bytes.subarray(othersFrom, at));
  return bytes.subarray(at);
}

function readFields(body: Buffer, binary: readonly boolean[]): FieldValue[] {
  const fields = new Array<FieldValue>(body.readUInt16BE(0));
  let at = 2;
  for (let i = 0; i < fields.length; i++) {
    const length = body.readInt32BE(at);
    at += 4;
    if (length < 0) {
      fields[i] = null;
      continue;
    }
    fields[i] = binary[i] ? body.subarray(at, at + length) : body.toString('utf8', at, at + length);
    at += length;
  }
  return fields;
}
