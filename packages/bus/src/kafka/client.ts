import type { Logger } from '@omnigate/runtime';
import { type ISocketFactory, Kafka, type LogEntry, logLevel, type RetryOptions } from 'kafkajs';
import type { KafkaOptions } from './options';

/** Rides out the election of a leader, which takes three to five seconds with the settings in docs/kafka.md. */
export const patientRetry: RetryOptions = { initialRetryTime: 100, maxRetryTime: 2_000, retries: 20 };

/** About as long as whoever waits for an append has patience, and no longer than a member's session. */
export const hastyRetry: RetryOptions = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 7 };

/**
 * As little as an idempotent producer of kafkajs takes. Whoever gives a send up must know that it ends: one that went on
 * trying could write a record that was told to have failed behind a later one that was acknowledged.
 */
export const singleRetry: RetryOptions = { initialRetryTime: 50, maxRetryTime: 100, retries: 1 };

/** In ms. A broker that is stopped but not gone answers nothing: its partitions have other leaders within this time. */
export const requestTimeoutMs = 5_000;
const connectionTimeoutMs = 2_000;

/** What may be shown of kafkajs' own fields: no values, no stacks. */
const shownFields = ['groupId', 'broker', 'topic', 'partition', 'retryCount'] as const;

function logInto(logger: Logger): (entry: LogEntry) => void {
  return ({ level, namespace, log }) => {
    const shown = Object.fromEntries(shownFields.flatMap((name) => (name in log ? [[name, log[name]]] : [])));
    const fields = { kafka: { namespace, said: log.message, ...shown } };
    // What it calls an error is mostly something that it tries again; that a group is rebalanced it says of every request.
    const routine = namespace === 'Connection' && log.message.startsWith('Response ');
    if (level === logLevel.ERROR && !routine) logger.warn(fields, 'kafka client');
    else logger.debug(fields, 'kafka client');
  };
}

/**
 * Makes a client. Each producer and each member has one of its own: clients share the offsets of a group between the
 * members made from them.
 * @param retry default: `patientRetry`
 * @param requestTimeout in ms; kafkajs tries nothing again that takes longer
 */
export function createClient(
  o: KafkaOptions,
  logger: Logger,
  retry: RetryOptions = patientRetry,
  requestTimeout: number = requestTimeoutMs,
): Kafka {
  return new Kafka({
    clientId: 'omnigate',
    brokers: o.brokers,
    connectionTimeout: connectionTimeoutMs,
    requestTimeout,
    enforceRequestTimeout: true,
    retry,
    logLevel: logLevel.INFO,
    logCreator: () => logInto(logger),
    ...(o.tls ? { ssl: o.tls } : {}),
    ...(o.sasl ? { sasl: o.sasl as never } : {}),
    ...(o.connect ? { socketFactory: o.connect as ISocketFactory } : {}),
  });
}
