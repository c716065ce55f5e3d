import {
  baseUrl,
  bindAddress,
  encryptionKey,
  headerKey,
  logLevel,
  port,
  postgresUrl,
} from '@omnigate/service-process';
import { z } from 'zod';

/** What the environment tells an installation on one machine, in whichever form it runs; design §7. */
export const installationFields = {
  OMNIGATE_BIND: bindAddress().describe('Address that the HTTP and gRPC ports listen on'),
  OMNIGATE_HTTP_PORT: port(8080).describe('HTTP port: webhooks, web chat, health; 0 takes a free one'),
  OMNIGATE_GRPC_PORT: port(9090).describe('gRPC port; 0 takes a free one'),
  OMNIGATE_PUBLIC_URL: baseUrl()
    .optional()
    .describe(
      'URL that providers call; signatures over the URL use it; default http://127.0.0.1:<HTTP port>',
    ),
  OMNIGATE_DATA_DIR: z
    .string()
    .min(1)
    .default('.omnigate')
    .describe('Folder for the database, keys and credentials.json'),
  OMNIGATE_MEDIA_DIR: z
    .string()
    .min(1)
    .optional()
    .describe('Folder for the files of messages; default: media in the data folder'),
  OMNIGATE_ENCRYPTION_KEY: encryptionKey()
    .optional()
    .describe('32 bytes, base64 or hexadecimal, that encrypt channel secrets; default: one is made'),
  OMNIGATE_ADMIN_KEY: headerKey()
    .optional()
    .describe('First owner and operator key, if set before the first start; default: one is made'),
  OMNIGATE_DEMO: z
    .enum(['0', '1'], 'must be 0 or 1')
    .default('1')
    .describe('0 leaves the demo knowledge and chat out'),
  OMNIGATE_LOG_LEVEL: logLevel().describe('Least level that is logged'),
  DATABASE_URL: postgresUrl()
    .optional()
    .describe('PostgreSQL to use; default: an embedded one in the data folder'),
  DATABASE_MIGRATION_URL: postgresUrl()
    .optional()
    .describe('PostgreSQL for migrations and notifications, where DATABASE_URL is a pooler'),
};
