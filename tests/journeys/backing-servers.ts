import { applyTopics, type KafkaOptions, topicSpecs } from '@omnigate/bus';
import type { ServiceSchema } from '@omnigate/database';
import { createLogger } from '@omnigate/runtime';
import { freshDatabase, launchKafka, startRedis, testForm } from '@omnigate/testkit';

/** The servers below a gateway of a test. */
export interface BackingServers {
  databaseUrl: string;
  /** In the cluster form alone. */
  kafka?: KafkaOptions;
  /** In the cluster form alone. */
  redisUrl?: string;
  stop(): Promise<void>;
}

/** Members learn at their next heartbeat that another has come: a gateway of a test starts a dozen of them. */
const timings = { sessionMs: 8_000, heartbeatMs: 500, rebalanceMs: 10_000 };

const logger = createLogger({ service: 'gateway-test', level: 'silent' });

/**
 * Starts what a gateway stands on: a database of its own, and in the cluster form a Kafka with all topics and a Redis.
 *
 * @param schemas of the gateway's services.
 * @returns the servers; the caller stops them.
 */
export async function startBackingServers(schemas: ServiceSchema[]): Promise<BackingServers> {
  const database = await freshDatabase(schemas);
  if (testForm() === 'standalone') return { databaseUrl: database.url, stop: () => database.drop() };
  const [broker, redis] = await Promise.all([launchKafka({ nodes: 1 }), startRedis()]);
  const kafka = { brokers: broker.brokers, timings };
  await applyTopics(kafka, topicSpecs({ maxPartitions: 8 }), logger);
  return {
    databaseUrl: database.url,
    kafka,
    redisUrl: redis.url,
    async stop() {
      await Promise.all([broker.close(), redis.close()]);
      await database.drop();
    },
  };
}
