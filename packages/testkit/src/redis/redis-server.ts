import { dockerAnswers } from '../docker';
import { startRedisContainer } from './container';
import { hasRedisServer, startLocalRedis } from './local-server';

/** A real Redis of a test's own, which may be treated as badly as a test wants. */
export interface RedisServer {
  url: string;
  /** Kills it: connections break, and what it held is lost. */
  stop(): Promise<void>;
  /** Starts it again, empty, at the same URL. */
  start(): Promise<void>;
  /** Lets it hang: connections stay open and nothing is answered. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Forgets everything while it runs. */
  flush(): Promise<void>;
  /** Ends it for good. */
  close(): Promise<void>;
}

/**
 * Starts a Redis: in a container where Docker answers, else the machine's own `redis-server`.
 * @throws Error that says what to install
 */
export async function startRedis(): Promise<RedisServer> {
  if (await dockerAnswers()) return startRedisContainer();
  if (hasRedisServer()) return startLocalRedis();
  throw new Error('No Redis: install it (Debian: `apt-get install redis-server`) or start Docker');
}

/**
 * A Redis to use and not to break: that of REDIS_URL, else a new one.
 * @throws Error that says what to install or to set
 */
export async function startSharedRedis(): Promise<Pick<RedisServer, 'url' | 'close'>> {
  const url = process.env.REDIS_URL;
  return url ? { url, close: async () => undefined } : startRedis();
}
