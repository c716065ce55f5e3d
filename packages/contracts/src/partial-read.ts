import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/**
 * Reads one string out of a protobuf value, without decoding the rest.
 * @param value the encoded message
 * @param path field numbers from the outermost message to the string
 * @returns empty where a field on the way is absent
 * @throws Error when the bytes before the field are no protobuf
 */
export function readStringField(value: Uint8Array, path: readonly number[]): string {
  const reader = new BinaryReader(value);
  const [field, ...rest] = path;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number !== field || wireType !== WireType.LengthDelimited) reader.skip(wireType, number);
    else return rest.length === 0 ? reader.string() : readStringField(reader.bytes(), rest);
  }
  return '';
}
