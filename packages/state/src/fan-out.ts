import type { Logger } from '@omnigate/runtime';
import type { State } from './state';

type Handler = (payload: string) => void;

/** A fan-out that can be emptied. */
export type FanOut = Pick<State, 'publish' | 'subscribe'> & { clear(): void };

/** Makes the fan-out of one process. */
export function createFanOut(logger?: Logger): FanOut {
  const channels = new Map<string, Set<Handler>>();

  function call(handler: Handler, channel: string, payload: string): void {
    try {
      handler(payload);
    } catch (error) {
      logger?.error({ fan_out_channel: channel, err: error }, 'subscriber failed');
    }
  }

  return {
    async publish(channel, payload) {
      // After the publisher's own work, as over a network; who subscribes or leaves until then counts as such.
      await Promise.resolve();
      for (const handler of [...(channels.get(channel) ?? [])]) call(handler, channel, payload);
    },
    subscribe(channel, handler) {
      const own: Handler = (payload) => handler(payload); // so that the same handler may subscribe twice
      const handlers = channels.get(channel) ?? new Set<Handler>();
      channels.set(channel, handlers.add(own));
      return () => {
        handlers.delete(own);
        if (handlers.size === 0 && channels.get(channel) === handlers) channels.delete(channel);
      };
    },
    clear: () => channels.clear(),
  };
}
