import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type {
  handleBidiStreamingCall,
  MethodDefinition,
  Server,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { descriptorSet } from '@omnigate/contracts';
import { service as health } from 'grpc-health-check';

// The library's types leave out what its loader adds.
const healthFiles = (health.Check as unknown as { requestType: { fileDescriptorProtos: Buffer[] } })
  .requestType.fileDescriptorProtos;

type PackageDefinition = ConstructorParameters<typeof ReflectionService>[0];

type Method = MethodDefinition<unknown, unknown> & { handle: handleBidiStreamingCall<unknown, unknown> };

const name = 'ServerReflectionInfo';
const paths = ['v1', 'v1alpha'].map((version) => `/grpc.reflection.${version}.ServerReflection/${name}`);

/**
 * Adds server reflection, v1 and v1alpha, of health and every service of Omnigate (not only of those that this server
 * has: in a cluster one server answers for all). It is read in with the first call: the library needs a quarter of a second
 * of CPU for that, and most servers are never asked.
 */
export function addReflection(server: Server): void {
  let methods: Map<string, Method> | undefined;
  for (const path of paths) {
    const method = (): Method => {
      methods ??= readReflection();
      return methods.get(path) as Method;
    };
    const definition = {
      ...{ path, requestStream: true, responseStream: true },
      requestSerialize: (value: unknown) => method().requestSerialize(value),
      requestDeserialize: (bytes: Buffer) => method().requestDeserialize(bytes),
      responseSerialize: (value: unknown) => method().responseSerialize(value),
      responseDeserialize: (bytes: Buffer) => method().responseDeserialize(bytes),
    };
    const handle: Method['handle'] = (call) => method().handle(call);
    server.addService({ [name]: definition }, { [name]: handle });
  }
}

/** The library's methods by path; it gives them to servers alone, and so to one that only notes them. */
function readReflection(): Map<string, Method> {
  const methods = new Map<string, Method>();
  const noting = {
    addService(definition: ServiceDefinition, implementation: UntypedServiceImplementation) {
      const handle = implementation[name] as Method['handle'];
      for (const method of Object.values(definition)) methods.set(method.path, { ...method, handle });
    },
  };
  // The library reads nothing of a package definition but the files.
  const files = { fileDescriptorProtos: [...filesOf(descriptorSet()), ...healthFiles] };
  new ReflectionService({ omnigate: files } as unknown as PackageDefinition).addToServer(noting as Server);
  return methods;
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
