import type { Logger } from '@omnigate/runtime';
import { createFanOut } from './fan-out';
import { createPresence } from './presence';
import type { State } from './state';
import { createTokenBuckets } from './token-bucket';
import { createTokenCache } from './token-cache';

/** What createLocalState may be given. */
export interface LocalStateOptions {
  /** Milliseconds of a clock; default Date.now. */
  now?(): number;
  /** Told when a subscriber throws. */
  logger?: Logger;
}

/** Makes the state of an installation that is one process. No timers; every map is bounded. */
export function createLocalState({ now = Date.now, logger }: LocalStateOptions = {}): State {
  const fanOut = createFanOut(logger);
  const { token, forgetToken } = createTokenCache(now);
  return {
    takeTokens: createTokenBuckets(now),
    token,
    forgetToken,
    ...createPresence(now),
    publish: fanOut.publish,
    subscribe: fanOut.subscribe,
    stop: async () => fanOut.clear(),
  };
}
