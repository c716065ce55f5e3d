import type { RegisterChannelTypesRequest } from '@omnigate/contracts';
import { createBackoff, type Logger } from '@omnigate/runtime';
import type { ChannelManifest } from './adapter';
import { channelTypeOf } from './manifest';

/** Tells the directory what channel types there are. */
export interface Registration {
  /** Resolves when the directory has taken them; tries until then, or until `stop`. */
  start(): Promise<void>;
  stop(): void;
}

/**
 * Makes the registration of an adapter service's channel types.
 * @param o.register RegistryService.RegisterChannelTypes
 */
export function createRegistration(o: {
  manifests: readonly ChannelManifest[];
  register(request: RegisterChannelTypesRequest): Promise<unknown>;
  logger: Logger;
}): Registration {
  const stopping = new AbortController();
  return {
    async start() {
      const backoff = createBackoff({ baseMs: 200, maxMs: 5_000 });
      while (!stopping.signal.aborted) {
        try {
          await o.register({ channelTypes: o.manifests.map(channelTypeOf) });
          return;
        } catch (err) {
          o.logger.warn({ err }, 'channel types not registered yet');
          await pause(100 + backoff.next(), stopping.signal);
        }
      }
    },
    stop: () => stopping.abort(),
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
