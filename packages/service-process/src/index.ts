export { openAdapterFoundation, openMediaFoundation } from './adapter-foundation';
export {
  baseUrl,
  bindAddress,
  encryptionKey,
  headerKey,
  hostPortPairs,
  logLevel,
  parseEncryptionKey,
  port,
  postgresUrl,
  wholeNumber,
} from './config-fields';
export type { Foundation } from './foundation';
export { createFurtherSockets } from './further-sockets';
export { grpcAddress } from './grpc-address';
export { createHttpServer } from './http-server';
export { type Listening, listening } from './listening';
export { type OpenMedia, openMedia } from './open-media';
export { openSchema } from './open-schema';
export { listenGrpc, listenHttp, type PortConfig, reachable } from './ports';
export {
  adapterFields,
  directoryFields,
  mailFields,
  mediaFields,
  type ProcessConfig,
  processFields,
  serverFields,
} from './process-fields';
export { runService } from './run-service';
export type { ServiceProcess } from './service-process';
