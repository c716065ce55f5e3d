import { type KafkaClient, kafkajsClient } from '@omnigate/bus';
import type { Logger } from '@omnigate/runtime';
import { platformaticClient } from './platformatic/client';

/** The clients that are measured beside each other; the first is the one that ships. */
export const clientNames = ['kafkajs', 'platformatic'] as const;
export type ClientName = (typeof clientNames)[number];

/**
 * Makes a client.
 *
 * @param name which.
 * @param brokers host:port of the brokers.
 * @param logger for what kafkajs says.
 * @returns the client.
 */
export function createClient(name: ClientName, brokers: string[], logger: Logger): KafkaClient {
  return name === 'kafkajs' ? kafkajsClient({ brokers }, logger) : platformaticClient({ brokers });
}
