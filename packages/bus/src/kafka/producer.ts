import type { Logger } from '@omnigate/runtime';
import {
  CompressionTypes,
  type Kafka,
  type Message,
  Partitioners,
  type Producer,
  type RetryOptions,
} from 'kafkajs';

/** A message on its way to a partition. */
export interface Produced {
  topic: string;
  partition: number;
  message: Message;
  /** Of the message with all that belongs to it, about. */
  bytes: number;
}

/** Writes messages to Kafka. */
export interface RecordProducer {
  /**
   * Writes messages, those of a partition in this order; resolves when all in-sync replicas have them.
   * @throws what kafkajs threw: then some may be written
   */
  send(messages: readonly Produced[]): Promise<void>;
  /** Waits for what is being sent. */
  close(): Promise<void>;
}

/** What the brokers take of a partition at once is one batch of at most 1,048,588 bytes. */
const maxBatchBytes = 960_000;
const maxRequestBytes = 8 * 1_024 * 1_024;
/** Brokers answer after so long that replicas are not in sync. */
const replicationTimeoutMs = 5_000;

/** A producer and the sends that use it. */
interface Line {
  producer: Producer;
  connected: Promise<void>;
  sends: Set<Promise<unknown>>;
}

/** Makes a producer; it connects when it is first used. */
export function createRecordProducer(client: Kafka, retry: RetryOptions, logger: Logger): RecordProducer {
  let current: Line | undefined;

  function open(): Line {
    const producer = client.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry,
    });
    const line: Line = { producer, connected: producer.connect(), sends: new Set() };
    line.connected.catch(() => undefined);
    return line;
  }

  // kafkajs gives the sequence numbers of a failed send to the next one. Where the failed one was written all the same,
  // brokers would take the next for its repeat, and drop it: a producer that failed is never used again.
  function abandon(line: Line): void {
    if (current === line) current = undefined;
    void Promise.allSettled([line.connected, ...line.sends])
      .then(() => line.producer.disconnect())
      .catch((error: unknown) => logger.debug({ err: error }, 'producer did not disconnect'));
  }

  async function sendRequest(line: Line, request: readonly Produced[]): Promise<void> {
    const topics = Map.groupBy(request, ({ topic }) => topic);
    const answers = await line.producer.sendBatch({
      acks: -1,
      timeout: replicationTimeoutMs,
      compression: CompressionTypes.None,
      topicMessages: [...topics].map(([topic, all]) => ({
        topic,
        messages: all.map(({ message }) => message),
      })),
    });
    if (!allAcknowledged(request, answers)) throw new Error('a partition was not acknowledged');
  }

  async function sendAll(line: Line, messages: readonly Produced[]): Promise<void> {
    await line.connected;
    for (const request of cutRequests(messages)) await sendRequest(line, request);
  }

  return {
    async send(messages) {
      current ??= open();
      const line = current;
      const sending = sendAll(line, messages);
      line.sends.add(sending);
      try {
        await sending;
        line.sends.delete(sending);
      } catch (error) {
        abandon(line);
        throw error;
      }
    },
    async close() {
      const line = current;
      if (!line) return;
      await Promise.allSettled([...line.sends]);
      await line.connected.then(() => line.producer.disconnect()).catch(() => undefined);
      current = undefined;
    },
  };
}

/** The part of an answer that says which partition it is about. */
interface Acknowledgement {
  topicName: string;
  partition: number;
}

/**
 * Whether all partitions of a request were answered for. kafkajs resolves when each broker that it asked first has
 * answered; a partition whose leader moved to a broker that had answered before is left out.
 */
export function allAcknowledged(
  request: readonly Pick<Produced, 'topic' | 'partition'>[],
  answers: readonly Acknowledgement[],
): boolean {
  const answered = new Set(answers.map(({ topicName, partition }) => `${partition} ${topicName}`));
  return request.every(({ topic, partition }) => answered.has(`${partition} ${topic}`));
}

/**
 * Cuts messages into requests that brokers take: kafkajs makes one batch of all messages of a partition.
 * @returns in order; a message that is larger than a batch should be comes alone in its partition
 */
export function cutRequests(messages: readonly Produced[]): Produced[][] {
  const requests: Produced[][] = [];
  let sizes = new Map<string, number>();
  let total = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const place = `${message.partition} ${message.topic}`;
    const size = (sizes.get(place) ?? 0) + message.bytes;
    if (total + message.bytes > maxRequestBytes || (size > maxBatchBytes && size > message.bytes)) {
      requests.push([message]);
      sizes = new Map([[place, message.bytes]]);
      total = message.bytes;
    } else {
      requests.at(-1)?.push(message);
      sizes.set(place, size);
      total += message.bytes;
    }
  }
  return requests;
}
