import type { Socket } from 'node:net';
import type { Base, BaseOptions } from '@platformatic/kafka';

/** How this client reaches a cluster. */
export interface PlatformaticOptions {
  /** host:port of some brokers. */
  brokers: string[];
  /** Sees each connection when it stands: tests cut what goes through it. */
  onSocket?(socket: Socket): void;
}

/** How often something is tried again, with pauses that double. */
export interface Retry {
  retries: number;
  initialMs: number;
  maxMs: number;
}

/** As long as the driver gives kafkajs (packages/bus/src/kafka/client.ts). */
export const retries = {
  // Two: of an idempotent producer this client takes one for "without end".
  single: { retries: 2, initialMs: 50, maxMs: 100 },
  hasty: { retries: 7, initialMs: 100, maxMs: 1_000 },
  patient: { retries: 20, initialMs: 100, maxMs: 2_000 },
  none: { retries: 0, initialMs: 0, maxMs: 0 },
} as const satisfies Record<string, Retry>;

const connectTimeout = 2_000;
const requestTimeoutMs = 5_000;

/**
 * The options that producers, consumers and admins share.
 *
 * @param o the cluster.
 * @param retry how often the client itself tries again.
 * @param requestTimeout milliseconds after which a silent broker is given up.
 * @returns options of @platformatic/kafka.
 */
export function baseOptions(
  o: PlatformaticOptions,
  { retries: times, initialMs, maxMs }: Retry,
  requestTimeout: number = requestTimeoutMs,
): BaseOptions {
  return {
    clientId: 'omnigate',
    bootstrapBrokers: o.brokers,
    connectTimeout,
    requestTimeout,
    timeout: requestTimeoutMs,
    retries: times,
    retryDelay: (_client, _operation, attempt) => Math.min(maxMs, initialMs * 2 ** (attempt - 1)),
    autocreateTopics: false,
  };
}

/**
 * Shows a client's connections to whoever asked for them.
 *
 * @param o the cluster.
 * @param client a client that has not connected yet.
 * @returns the client.
 */
export function shown<Client extends Base>(o: PlatformaticOptions, client: Client): Client {
  client.on('client:broker:connect', ({ connection }) => o.onSocket?.(connection.socket));
  return client;
}

const closeMs = 5_000;

/**
 * Closes a client, whose brokers may be silent: it is not waited for longer than a few seconds.
 *
 * @param close closes it.
 */
export const closed = (close: () => Promise<unknown>): Promise<void> =>
  atMost(
    closeMs,
    close().catch(() => undefined),
  );

/**
 * Waits for something, and no longer than so many milliseconds.
 *
 * @param ms how long.
 * @param work what is waited for.
 * @throws what `work` threw in this time.
 */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
