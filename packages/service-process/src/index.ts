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
export { createHttpServer } from './http-server';
export { openSchema } from './open-schema';
export { listenGrpc, listenHttp, type PortConfig } from './ports';
