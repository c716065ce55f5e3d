import { createRecentMap } from './recent-map';
import type { State } from './state';

interface Cached {
  value: string;
  /** Fetched anew from then on, ms. */
  renewAt: number;
}

const maxTokens = 10_000;
const longestMarginMs = 60_000;

/** A token cache that may be given tokens. */
export interface TokenCache extends Pick<State, 'token' | 'forgetToken'> {
  /** Keeps a token that was fetched elsewhere. */
  keep(key: string, value: string, renewInMs: number): void;
}

/** How long a token is used: until a tenth of its life is left, a minute at most. */
export function renewInMs(expiresInMs: number): number {
  return expiresInMs - Math.min(longestMarginMs, expiresInMs / 10);
}

/** Makes the token cache of one process. */
export function createTokenCache(now: () => number): TokenCache {
  const cached = createRecentMap<Cached>(maxTokens);
  const fetching = new Map<string, Promise<string>>();

  function keep(key: string, value: string, renewIn: number): void {
    cached.set(key, { value, renewAt: now() + renewIn });
  }

  async function fetchOnce(key: string, fetch: Parameters<State['token']>[1]): Promise<string> {
    try {
      const { value, expiresInMs } = await fetch();
      keep(key, value, renewInMs(expiresInMs));
      return value;
    } finally {
      fetching.delete(key);
    }
  }

  return {
    keep,
    async token(key, fetch) {
      const hit = cached.get(key);
      if (hit && now() < hit.renewAt) return hit.value;
      const underway = fetching.get(key) ?? fetchOnce(key, fetch);
      fetching.set(key, underway);
      return underway;
    },
    async forgetToken(key, value) {
      if (cached.get(key)?.value === value) cached.delete(key);
    },
  };
}
