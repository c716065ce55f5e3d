import { createBackoff, type Logger, type Metrics } from '@omnigate/runtime';
import { Redis } from 'ioredis';

/** Where Redis is, and whom to tell how it goes. */
export interface RedisLinkOptions {
  /** `redis://` or `rediss://`. */
  url: string;
  /** Most that a call waits for Redis. */
  timeoutMs: number;
  logger: Logger;
  metrics: Metrics;
}

/** A way to Redis that never makes anybody wait long. */
export interface RedisLink {
  /**
   * Runs commands on Redis if it is there.
   * @param operation name for the metric
   * @returns what `work` resolves to; undefined when Redis was not there or failed, so that the caller does without
   */
  attempt<T>(operation: string, work: (redis: Redis) => Promise<T>): Promise<T | undefined>;
  stop(): Promise<void>;
}

/** A process that is just reading itself in, on a busy machine, sees its connection late. No call waits for that. */
const connectTimeoutMs = 3_000;
// Redis may refuse every command (out of memory, read only): one line says so for all that follow.
const refusalLogMs = 10_000;

/**
 * Makes a connection on which a command fails rather than waits: nothing is queued while Redis is away or repeated when it
 * comes back, and a Redis that does not answer is hung up on, so that the connection is ready only while Redis answers.
 * It connects again by itself, for ever.
 */
export function connectRedis(url: string, timeoutMs: number): Redis {
  const backoff = createBackoff({ baseMs: 50, maxMs: 1_000 });
  const redis = new Redis(url, {
    connectTimeout: Math.max(timeoutMs, connectTimeoutMs),
    commandTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disconnectTimeout: 100,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => backoff.next(),
    // A replica that was the primary until a failover refuses writes: look up the primary anew.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    connectionName: 'omnigate',
  });
  redis.on('ready', () => backoff.reset());
  redis.on('error', () => undefined); // `close` follows; without a listener each would go to the console
  return redis;
}

/** Says goodbye if Redis listens, and hangs up. */
export async function disconnectRedis(redis: Redis): Promise<void> {
  const left = redis.status === 'ready' && (await redis.quit().catch(() => undefined)) !== undefined;
  if (!left) redis.disconnect();
}

/** Makes the link that commands go over. */
export function createRedisLink({ url, timeoutMs, logger, metrics }: RedisLinkOptions): RedisLink {
  const redis = connectRedis(url, timeoutMs);
  const without = metrics.counter('omnigate_state_fallback_total', 'State calls answered without Redis.', [
    'operation',
  ]);
  metrics.gauge('omnigate_state_redis_up', 'Whether Redis answers.', [], (gauge) =>
    gauge.set(redis.status === 'ready' ? 1 : 0),
  );
  // Calls that come before the first attempt to connect is decided wait for that, and no longer than for an answer.
  let first: Promise<void> | undefined = new Promise<void>((resolve) => {
    redis.once('ready', resolve);
    redis.once('close', resolve);
    setTimeout(resolve, timeoutMs).unref();
  }).then(() => {
    first = undefined;
  });
  let away = false;
  let reason: unknown;
  let stopped = false;
  let refusalLoggedAt = Number.NEGATIVE_INFINITY;

  redis.on('ready', () => {
    if (away) logger.info('Redis answers again');
    away = false;
  });
  redis.on('error', (error) => {
    reason = error;
  });
  redis.on('close', () => {
    if (!away && !stopped)
      logger.warn({ err: reason }, 'Redis does not answer; each process goes on by itself');
    away = true;
  });

  function noteFailure(err: unknown): void {
    const now = performance.now();
    // What ends with the connection is told once, by `close`.
    if (redis.status !== 'ready' || now - refusalLoggedAt < refusalLogMs) return;
    refusalLoggedAt = now;
    logger.warn({ err }, 'Redis refused a command');
  }

  return {
    async attempt(operation, work) {
      await first;
      if (redis.status === 'ready') {
        try {
          return await work(redis);
        } catch (error) {
          noteFailure(error);
        }
      }
      without.labels(operation).inc();
      return undefined;
    },
    async stop() {
      stopped = true;
      await disconnectRedis(redis);
    },
  };
}
