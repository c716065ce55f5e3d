export { type Authentication, identifyCaller, tenantKey } from './authentication';
export { type ClientOptions, createClient } from './client';
export { fromStatusMessage, toStatusMessage } from './grpc-error';
export type { Identity, Role } from './identity';
export { createInProcessClient } from './in-process-client';
export { type KeysetKind, pageSize, pageToken, parsePageToken } from './page-token';
export { fromProtobufJson, toProtobufJson } from './protobuf-json';
export { createServer, type RpcServer, type ServerOptions } from './server';
export {
  type CallContext,
  type CallOptions,
  type Client,
  type DeepPartial,
  defineService,
  type Handlers,
  type RpcService,
  type ServiceDefinition,
} from './service';
