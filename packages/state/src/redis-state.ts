import { createFanOut } from './fan-out';
import { createPresence } from './presence';
import { createRedisBuckets } from './redis/buckets';
import { createRedisFanOut } from './redis/fan-out';
import { createRedisLink, type RedisLinkOptions } from './redis/link';
import { createRedisPresence } from './redis/presence';
import { createRunScript } from './redis/script';
import { createRedisTokens } from './redis/tokens';
import type { State } from './state';
import { createTokenBuckets } from './token-bucket';
import { createTokenCache } from './token-cache';

/** What createRedisState needs. */
export interface RedisStateOptions extends Omit<RedisLinkOptions, 'timeoutMs'> {
  /** Most that a call waits for Redis; default 500 ms. */
  timeoutMs?: number;
  /** Processes that share a rate limit: without Redis each keeps to as large a part of it; default 3. */
  shares?: number;
  /** Begins every key, so that installations may share a Redis; default `omnigate:`. */
  prefix?: string;
  /** Milliseconds of a clock, for tests; default: Redis' own, and without it Date.now. */
  now?(): number;
}

const defaultShares = 3;
const defaultTimeoutMs = 500;

/**
 * Makes the state that processes share through Redis. A call waits for Redis a moment at most; without it, each process
 * goes on by itself: a share of the rate limits, tokens that it has or fetches itself, the presence that it was told, and
 * wake-ups of its own subscribers. Nothing here decides what is a repeat or who owns what: that is PostgreSQL's.
 */
export function createRedisState(o: RedisStateOptions): State {
  const { prefix = 'omnigate:', shares = defaultShares, now: clock = Date.now } = o;
  const { timeoutMs = defaultTimeoutMs } = o;
  const link = createRedisLink({ ...o, timeoutMs });
  const shared = { link, run: createRunScript(o.now), prefix };
  const localFanOut = createFanOut(o.logger);
  const fanOut = createRedisFanOut({ ...o, timeoutMs, link, prefix, local: localFanOut });
  return {
    takeTokens: createRedisBuckets({ ...shared, local: createTokenBuckets(clock), shares }),
    ...createRedisTokens({ ...shared, local: createTokenCache(clock) }),
    ...createRedisPresence({ ...shared, local: createPresence(clock) }),
    publish: fanOut.publish,
    subscribe: fanOut.subscribe,
    async stop() {
      localFanOut.clear();
      await Promise.all([fanOut.stop(), link.stop()]);
    },
  };
}
