import { installationFields } from '@omnigate/installation';
import { headerKey, port, wholeNumber } from '@omnigate/service-process';
import { z } from 'zod';

/** What the environment tells the cluster form on one machine; what services read besides goes through to them. */
export const clusterConfigSchema = z.object({
  ...installationFields,
  OMNIGATE_SERVICE_KEY: headerKey()
    .optional()
    .describe('Key by which the services know each other; default: one is made'),
  OMNIGATE_SMTP_PORT: port(2525).describe('SMTP port for mail that comes; 0 takes a free one'),
  OMNIGATE_REPLICAS: wholeNumber(1, 8).default(1).describe('Processes of each service'),
  KAFKA_BROKERS: z
    .string()
    .min(1)
    .optional()
    .describe('Kafka to use, host:port with commas between; default: one is started'),
  REDIS_URL: z.string().min(1).optional().describe('Redis or Valkey to use; default: one is started'),
});

/** Its configuration. */
export type ClusterConfig = z.infer<typeof clusterConfigSchema>;
