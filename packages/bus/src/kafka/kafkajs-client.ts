import type { Logger } from '@omnigate/runtime';
import { CompressionTypes, type Kafka, Partitioners, type RetryOptions } from 'kafkajs';
import { createClient, hastyRetry, patientRetry, singleRetry } from './client';
import { createGroupMember } from './group-member';
import type { KafkaClient, ProducerLine } from './kafka-client';
import type { KafkaOptions } from './options';
import { createPartitionReader } from './partition-reader';

/** Brokers answer after so long that replicas are not in sync. */
const replicationTimeoutMs = 5_000;

/** Makes the client that ships: kafkajs. */
export function kafkajsClient(o: KafkaOptions, logger: Logger): KafkaClient {
  const retries = { single: singleRetry, patient: patientRetry };
  return {
    openProducer({ retry, requestTimeoutMs }) {
      return openKafkajsProducer(createClient(o, logger, retries[retry], requestTimeoutMs), retries[retry]);
    },
    openReader: () => createPartitionReader(createClient(o, logger, hastyRetry)),
    createMember: (member) => createGroupMember(() => createClient(o, logger, hastyRetry), member),
  };
}

/** Makes one of kafkajs' producers. */
export function openKafkajsProducer(client: Kafka, retry: RetryOptions): ProducerLine {
  const producer = client.producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry,
  });
  return {
    connect: () => producer.connect(),
    send(messages) {
      const topics = Map.groupBy(messages, ({ topic }) => topic);
      return producer.sendBatch({
        acks: -1,
        timeout: replicationTimeoutMs,
        compression: CompressionTypes.None,
        topicMessages: [...topics].map(([topic, all]) => ({
          topic,
          messages: all.map(({ message }) => message),
        })),
      });
    },
    disconnect: () => producer.disconnect(),
  };
}
