import { AppError } from '@omnigate/errors';
import { createRecentMap } from './recent-map';
import type { State, TokenRule } from './state';

interface Bucket {
  tokens: number;
  /** When `tokens` was true, ms. */
  at: number;
}

// The least recently asked goes first: an idle bucket is full, and a new one starts full.
const maxBuckets = 100_000;

/** Makes the buckets of one process. */
export function createTokenBuckets(now: () => number): State['takeTokens'] {
  const buckets = createRecentMap<Bucket>(maxBuckets);
  return async (name, rule) => {
    const { ratePerSecond, count = 1 } = checkRule(rule);
    const at = now();
    const tokens = refilled(buckets.get(name), rule, at);
    const taken = tokens >= count;
    buckets.set(name, { tokens: taken ? tokens - count : tokens, at });
    return { taken, retryAfterMs: taken ? 0 : Math.ceil(((count - tokens) / ratePerSecond) * 1_000) };
  };
}

/** @throws AppError INVALID_ARGUMENT when the rule can never be met */
export function checkRule(rule: TokenRule): TokenRule {
  const { ratePerSecond, burst, count = 1 } = rule;
  if (!(ratePerSecond > 0) || !(count <= burst))
    throw new AppError('INVALID_ARGUMENT', { reason: 'no such rate' });
  return rule;
}

// A clock that goes back gives nothing and takes nothing.
function refilled(bucket: Bucket | undefined, { ratePerSecond, burst }: TokenRule, at: number): number {
  if (!bucket) return burst;
  return Math.min(burst, bucket.tokens + (Math.max(0, at - bucket.at) / 1_000) * ratePerSecond);
}
