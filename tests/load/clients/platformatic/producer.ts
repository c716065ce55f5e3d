import type { ProducerLine, ProducerPatience } from '@omnigate/bus';
import { ProduceAcks, Producer, stringSerializer } from '@platformatic/kafka';
import { baseOptions, closed, type PlatformaticOptions, retries, shown } from './connecting';

/**
 * Opens an idempotent producer. The driver keeps one send in flight and discards a producer that failed: this client
 * drops concurrent sends of an idempotent one and says that they are written (its issue 326).
 *
 * @param o the cluster.
 * @param patience how long it tries.
 * @returns the producer, not connected.
 */
export function openProducer(o: PlatformaticOptions, patience: ProducerPatience): ProducerLine {
  const producer = shown(
    o,
    new Producer({
      ...baseOptions(o, retries[patience.retry], patience.requestTimeoutMs),
      idempotent: true,
      acks: ProduceAcks.ALL,
      serializers: { key: stringSerializer, headerKey: stringSerializer, headerValue: stringSerializer },
    }),
  );
  return {
    async connect() {
      await producer.initIdempotentProducer({});
    },
    async send(messages) {
      // The driver names the partition: this client's own partitioner chooses others than kafkajs' and Java's.
      const { offsets = [] } = await producer.send({
        messages: messages.map(({ topic, partition, message: { key, value, headers } }) => ({
          topic,
          partition,
          key,
          value,
          headers,
        })),
      });
      return offsets.map(({ topic, partition }) => ({ topicName: topic, partition }));
    },
    disconnect: () => closed(() => producer.close(true)),
  };
}
