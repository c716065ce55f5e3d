import { types } from 'pg';

/** Object identifiers of the types below (src/include/catalog/pg_type.dat). */
const oid = {
  bool: 16,
  bytea: 17,
  char: 18,
  name: 19,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  timestamptz: 1184,
  uuid: 2950,
  jsonb: 3802,
  xid8: 5069,
  unknown: 705,
} as const;

/** Element type by array type. */
const elementOfArray: Record<number, number> = {
  1000: oid.bool,
  1001: oid.bytea,
  1003: oid.name,
  1016: oid.int8,
  1005: oid.int2,
  1007: oid.int4,
  1009: oid.text,
  1021: oid.float4,
  1022: oid.float8,
  1015: oid.varchar,
  1185: oid.timestamptz,
  2951: oid.uuid,
  3807: oid.jsonb,
};

type BinaryParser = (bytes: Buffer) => unknown;

/** PostgreSQL counts timestamps in microseconds from 2000-01-01 UTC. */
const epochMs = 946_684_800_000;

const readText: BinaryParser = (bytes) => bytes.toString('utf8');
const readInt8: BinaryParser = (bytes) => bytes.readBigInt64BE(0);

function readUuid(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function readDate(bytes: Buffer): string {
  return new Date(epochMs + bytes.readInt32BE(0) * 86_400_000).toISOString().slice(0, 10);
}

const binaryParsers: Record<number, BinaryParser> = {
  [oid.bool]: (bytes) => bytes[0] === 1,
  [oid.bytea]: (bytes) => bytes,
  [oid.int2]: (bytes) => bytes.readInt16BE(0),
  [oid.int4]: (bytes) => bytes.readInt32BE(0),
  [oid.oid]: (bytes) => bytes.readUInt32BE(0),
  [oid.int8]: readInt8,
  [oid.xid8]: (bytes) => bytes.readBigUInt64BE(0),
  [oid.float4]: (bytes) => bytes.readFloatBE(0),
  [oid.float8]: (bytes) => bytes.readDoubleBE(0),
  [oid.uuid]: readUuid,
  [oid.date]: readDate,
  [oid.timestamptz]: (bytes) => new Date(epochMs + Number(bytes.readBigInt64BE(0) / 1000n)),
  [oid.json]: (bytes) => JSON.parse(bytes.toString('utf8')),
  [oid.jsonb]: (bytes) => JSON.parse(bytes.toString('utf8', 1)), // after a version byte
};
for (const type of [oid.char, oid.name, oid.text, oid.bpchar, oid.varchar, oid.unknown])
  binaryParsers[type] = readText;

/** Array header: dimensions, null flag, element oid, then length and lower bound of the one dimension (int32 each). */
function readArray(bytes: Buffer, read: BinaryParser): unknown[] {
  const dimensions = bytes.readInt32BE(0);
  if (dimensions === 0) return [];
  if (dimensions > 1) throw new TypeError('Binary results hold arrays of one dimension only');
  const items: unknown[] = new Array(bytes.readInt32BE(12));
  let at = 20;
  for (let i = 0; i < items.length; i++) {
    const length = bytes.readInt32BE(at);
    at += 4;
    items[i] = length < 0 ? null : read(bytes.subarray(at, at + Math.max(length, 0)));
    at += Math.max(length, 0);
  }
  return items;
}

/** Throws when a value is read, not here: the driver asks for readers where nothing would catch it. */
function unreadable(type: number): BinaryParser {
  return () => {
    throw new TypeError(`No binary reader for type oid ${type}: cast it, or ask for text results`);
  };
}

function binaryParser(type: number): BinaryParser {
  const element = elementOfArray[type];
  const read = binaryParsers[element ?? type] ?? unreadable(type);
  return element === undefined ? read : (bytes) => readArray(bytes, read);
}

const parseInt8Array = types.getTypeParser(1009 as number, 'text') as (text: string) => (string | null)[];

/** Text results whose default reader loses something: int8 its digits' type, date its meaning in another time zone. */
const textParsers: Record<number, (text: string) => unknown> = {
  [oid.int8]: BigInt,
  [oid.xid8]: BigInt,
  [oid.date]: (text) => text,
  1016: (text) => parseInt8Array(text).map((item) => (item === null ? null : BigInt(item))),
};

/** How result values become JavaScript values, both formats giving the same. */
export const typeParsers = {
  getTypeParser(type: number, format?: 'text' | 'binary'): (value: never) => unknown {
    if (format === 'binary') return binaryParser(type) as (value: never) => unknown;
    return (textParsers[type] ?? types.getTypeParser(type, 'text')) as (value: never) => unknown;
  },
};
