import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@omnigate/runtime';
import { atMost } from './at-most';
import type { Acknowledgement, ProducerLine } from './kafka-client';
import type { Produced } from './message';

/** Writes messages to Kafka. */
export interface RecordProducer {
  /**
   * Writes messages, those of a partition in this order; resolves when all in-sync replicas have them.
   * @throws what the client threw: then some may be written
   */
  send(messages: readonly Produced[]): Promise<void>;
  /** Waits a moment for what is being sent. */
  close(): Promise<void>;
}

/** What the brokers take of a partition at once is one batch of at most 1,048,588 bytes. */
const maxBatchBytes = 960_000;
const maxRequestBytes = 8 * 1_024 * 1_024;
/** A process that stops has half a minute for everything. */
const closeMs = 3_000;

/** What a producer needs. */
export interface ProducerOptions {
  /** Opens a producer in place of one that has failed. */
  open(): ProducerLine;
  /** A send that is not acknowledged after so long has failed. */
  timeoutMs: number;
  /** Until then it is tried again after so long, by another producer; default: not at all. */
  againAfterMs?: number;
  logger: Logger;
}

/** A producer that has not failed yet. */
interface Line {
  producer: ProducerLine;
  connected: Promise<void>;
}

/**
 * Makes a producer; it connects when it is first used.
 *
 * kafkajs gives the sequence numbers of a failed request to the next one. Where the failed one was written all the same,
 * brokers would take the next for its repeat, drop it, and say that it is written. So here is one send at a time, and a
 * producer that failed is never used again.
 */
export function createRecordProducer(o: ProducerOptions): RecordProducer {
  let current: Line | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function open(): Line {
    const producer = o.open();
    const line: Line = { producer, connected: producer.connect() };
    line.connected.catch(() => undefined);
    return line;
  }

  // Its send may still be under way: it ends by itself, and what it writes late was told to have failed.
  function abandon(line: Line, sending: Promise<void>): void {
    current = undefined;
    void Promise.allSettled([line.connected, sending])
      .then(() => line.producer.disconnect())
      .catch((error: unknown) => o.logger.debug({ err: error }, 'producer did not disconnect'));
  }

  async function sendRequest(line: Line, request: readonly Produced[]): Promise<void> {
    const answers = await line.producer.send(request);
    if (!allAcknowledged(request, answers)) throw new Error('a partition was not acknowledged');
  }

  async function sendAll(line: Line, messages: readonly Produced[]): Promise<void> {
    await line.connected;
    for (const request of cutRequests(messages)) {
      if (current !== line) throw new Error('given up');
      await sendRequest(line, request);
    }
  }

  async function sendOnce(messages: readonly Produced[], timeoutMs: number): Promise<void> {
    current ??= open();
    const line = current;
    const sending = sendAll(line, messages);
    try {
      await within(timeoutMs, sending);
    } catch (error) {
      abandon(line, sending);
      throw error;
    }
  }

  async function sendNow(messages: readonly Produced[]): Promise<void> {
    const { againAfterMs = Number.POSITIVE_INFINITY } = o;
    const until = performance.now() + o.timeoutMs;
    for (;;) {
      try {
        return await sendOnce(messages, until - performance.now());
      } catch (error) {
        if (performance.now() + againAfterMs >= until) throw error;
        await sleep(againAfterMs);
      }
    }
  }

  return {
    send(messages) {
      const sent = last.then(() => sendNow(messages));
      last = sent.catch(() => undefined);
      return sent;
    },
    async close() {
      await atMost(closeMs, last);
      const line = current;
      current = undefined;
      if (line)
        await atMost(
          closeMs,
          line.connected.then(() => line.producer.disconnect()).catch(() => undefined),
        );
    },
  };
}

/** @throws Error when it takes longer; what `work` threw */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('not acknowledged in time')), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
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
