import { kafkaConfigShape } from '@omnigate/bus';
import { tracingConfig } from '@omnigate/runtime';
import { stateConfig } from '@omnigate/state';
import { z } from 'zod';
import {
  addressRanges,
  baseUrl,
  bindAddress,
  headerKey,
  hostPortPairs,
  logLevel,
  port,
  postgresUrl,
  wholeNumber,
} from './config-fields';
import { grpcAddress } from './grpc-address';

/** What the environment tells every service that runs in a process of its own. */
export const processFields = {
  OMNIGATE_BIND: bindAddress().describe('Address that the HTTP and gRPC ports listen on'),
  OMNIGATE_HTTP_PORT: port(8080).describe(
    'HTTP port: health, metrics, and the routes of a channel; 0 takes a free one',
  ),
  OMNIGATE_TRUST_PROXY: addressRanges().describe(
    'Addresses of proxies, or ranges such as 10.0.0.0/8, whose X-Forwarded-For says who a visitor is',
  ),
  OMNIGATE_SERVICE_KEY: headerKey().describe(
    'Key by which the services of this installation know each other',
  ),
  OMNIGATE_LOG_LEVEL: logLevel().describe('Least level that is logged'),
  DATABASE_URL: postgresUrl().describe('PostgreSQL of this installation'),
  DATABASE_MIGRATION_URL: postgresUrl()
    .optional()
    .describe('PostgreSQL for migrations and notifications, where DATABASE_URL is a pooler'),
  ...kafkaConfigShape,
  ...stateConfig,
  ...tracingConfig,
};

/** What a service reads that serves gRPC. */
export const serverFields = {
  OMNIGATE_GRPC_PORT: port(9090).describe('gRPC port; 0 takes a free one'),
};

/** What a service reads that asks directory. */
export const directoryFields = {
  OMNIGATE_DIRECTORY_ADDRESS: grpcAddress('dns:///directory:9090').describe('gRPC address of directory'),
};

/** What a service reads that keeps or serves files. */
export const mediaFields = {
  OMNIGATE_PUBLIC_URL: baseUrl().describe('URL that providers call; signatures over the URL use it'),
  OMNIGATE_MEDIA_DIR: z
    .string()
    .min(1)
    .default('.omnigate/media')
    .describe('Folder for the files of messages; all processes share it'),
};

/** What a service reads that talks to channel providers. */
export const adapterFields = {
  ...directoryFields,
  ...mediaFields,
  OMNIGATE_FETCH_ALLOW: hostPortPairs().describe(
    'Pairs of host:port, with commas, that are reached though private',
  ),
  OMNIGATE_SENDS_IN_FLIGHT: wholeNumber(1, 1000).default(128).describe('Sends on the wire at once'),
};

/** What is read by whoever listens for mail. */
export const mailFields = {
  OMNIGATE_SMTP_PORT: port(2525).describe('SMTP port for mail that comes; 0 takes a free one'),
  OMNIGATE_SMTP_MAX_MB: wholeNumber(1, 100).default(25).describe('MB that one mail may have'),
  OMNIGATE_SMTP_TLS_CERT: z
    .string()
    .optional()
    .describe('File with the certificate (PEM) for STARTTLS of mail that comes; default: no STARTTLS'),
  OMNIGATE_SMTP_TLS_KEY: z.string().optional().describe('File with the key of that certificate'),
};

const processSchema = z.object(processFields).extend(z.object(serverFields).partial().shape);

/** What every service's configuration holds. */
export type ProcessConfig = z.infer<typeof processSchema>;
