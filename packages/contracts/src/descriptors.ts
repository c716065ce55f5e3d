import { readFileSync } from 'node:fs';
import { join } from 'node:path';

let loaded: Uint8Array | undefined;

/**
 * Returns every proto of Omnigate as an encoded `google.protobuf.FileDescriptorSet`, imports included; for gRPC
 * reflection and protobuf JSON. Read from disk at the first call.
 */
export function descriptorSet(): Uint8Array {
  loaded ??= readFileSync(join(__dirname, '..', 'gen', 'descriptors.binpb'));
  return loaded;
}
