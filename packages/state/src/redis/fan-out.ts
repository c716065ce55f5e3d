import { randomUUID } from 'node:crypto';
import type { FanOut } from '../fan-out';
import { connectRedis, disconnectRedis, type RedisLink } from './link';

// A subscriber says nothing by itself, so it would not notice a Redis that is gone without a word.
const pingMs = 2_000;

/** What the fan-out over Redis needs. */
export interface RedisFanOutOptions {
  url: string;
  timeoutMs: number;
  /** What is published goes over it. */
  link: RedisLink;
  prefix: string;
  /** Reaches the subscribers of this process. */
  local: FanOut;
}

/**
 * Makes the fan-out of all processes. The subscribers of the publisher's own process are called directly, with Redis or
 * without; those of others over Redis, each publisher's payloads in its order.
 */
export function createRedisFanOut(o: RedisFanOutOptions): Pick<FanOut, 'publish' | 'subscribe'> & {
  stop(): Promise<void>;
} {
  const self = randomUUID();
  const prefix = `${o.prefix}fan-out:`;
  const subscriptions = new Map<string, number>();
  const subscriber = connectRedis(o.url, o.timeoutMs);

  // Where this fails the connection is of no use: a new one subscribes to everything.
  const hangUp = () => subscriber.disconnect(true);
  const ready = () => subscriber.status === 'ready';
  subscriber.on('ready', () => {
    const channels = [...subscriptions.keys()].map((channel) => prefix + channel);
    if (channels.length > 0) subscriber.subscribe(...channels).catch(hangUp);
  });
  subscriber.on('message', (channel: string, message: string) => {
    const from = message.slice(0, self.length);
    if (from !== self) void o.local.publish(channel.slice(prefix.length), message.slice(self.length));
  });
  const pings = setInterval(() => {
    if (ready()) subscriber.ping().catch(hangUp);
  }, pingMs);
  pings.unref();

  function begin(channel: string): void {
    const count = subscriptions.get(channel) ?? 0;
    subscriptions.set(channel, count + 1);
    if (count === 0 && ready()) subscriber.subscribe(prefix + channel).catch(hangUp);
  }

  function end(channel: string): void {
    const count = subscriptions.get(channel) ?? 0;
    if (count > 1) subscriptions.set(channel, count - 1);
    else if (subscriptions.delete(channel) && ready()) subscriber.unsubscribe(prefix + channel).catch(hangUp);
  }

  return {
    async publish(channel, payload) {
      await o.local.publish(channel, payload);
      await o.link.attempt('publish', (redis) => redis.publish(prefix + channel, self + payload));
    },
    subscribe(channel, handler) {
      const endLocal = o.local.subscribe(channel, handler);
      begin(channel);
      let ended = false;
      return () => {
        endLocal();
        if (!ended) end(channel);
        ended = true;
      };
    },
    async stop() {
      clearInterval(pings);
      subscriptions.clear();
      await disconnectRedis(subscriber);
    },
  };
}
