import { createRecentMap } from './recent-map';
import type { State } from './state';

interface Cached {
  value: string;
  /** Fetched anew from then on, ms. */
  renewAt: number;
}

const maxTokens = 10_000;
const longestMarginMs = 60_000;

/** Makes the token cache of one process. */
export function createTokenCache(now: () => number): Pick<State, 'token' | 'forgetToken'> {
  const cached = createRecentMap<Cached>(maxTokens);
  const fetching = new Map<string, Promise<string>>();

  async function fetchOnce(key: string, fetch: Parameters<State['token']>[1]): Promise<string> {
    try {
      const { value, expiresInMs } = await fetch();
      cached.set(key, { value, renewAt: now() + expiresInMs - Math.min(longestMarginMs, expiresInMs / 10) });
      return value;
    } finally {
      fetching.delete(key);
    }
  }

  return {
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
