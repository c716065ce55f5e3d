import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { descriptorSet } from '@omnigate/contracts';
import { service as health } from 'grpc-health-check';

// The library's types leave out what its loader adds.
const healthFiles = (health.Check as unknown as { requestType: { fileDescriptorProtos: Buffer[] } })
  .requestType.fileDescriptorProtos;

type PackageDefinition = ConstructorParameters<typeof ReflectionService>[0];

/**
 * Adds server reflection, v1 and v1alpha, of health and every service of Omnigate (not only of those that this server
 * has: in a cluster one server answers for all).
 */
export function addReflection(server: Server): void {
  // The library reads nothing of a package definition but the files.
  const files = { fileDescriptorProtos: [...filesOf(descriptorSet()), ...healthFiles] };
  new ReflectionService({ omnigate: files } as unknown as PackageDefinition).addToServer(server);
}

// google.protobuf.FileDescriptorSet: repeated FileDescriptorProto file = 1.
function filesOf(set: Uint8Array): Buffer[] {
  const files: Buffer[] = [];
  const reader = new BinaryReader(set);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === 1 && wireType === WireType.LengthDelimited) files.push(Buffer.from(reader.bytes()));
    else reader.skip(wireType, number);
  }
  return files;
}
