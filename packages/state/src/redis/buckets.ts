import type { State, TokenRule } from '../state';
import { checkRule } from '../token-bucket';
import type { RedisLink } from './link';
import { type RunScript, redisScript } from './script';

// As token-bucket.ts does it. An idle bucket is full, and so is a new one: it may go when it would be full.
const take = redisScript(`
local rate, burst, count = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = burst
if bucket[1] then
  local since = math.max(0, now - tonumber(bucket[2]))
  tokens = math.min(burst, tonumber(bucket[1]) + since / 1000 * rate)
end
local taken = tokens >= count
if taken then tokens = tokens - count end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / rate * 1000) + 1000)
if taken then return 0 end
return math.ceil((count - tokens) / rate * 1000)
`);

/** What the buckets in Redis need. */
export interface RedisBucketsOptions {
  link: RedisLink;
  run: RunScript;
  prefix: string;
  /** Used without Redis. */
  local: State['takeTokens'];
  /** Processes that would share a bucket: without Redis each takes as large a part of its rate. */
  shares: number;
}

/** Makes token buckets that all processes share. */
export function createRedisBuckets(o: RedisBucketsOptions): State['takeTokens'] {
  return async (bucket, rule) => {
    const { ratePerSecond, burst, count = 1 } = checkRule(rule);
    const waitMs = await o.link.attempt('take_tokens', (redis) =>
      o.run(redis, take, [`${o.prefix}bucket:${bucket}`], [ratePerSecond, burst, count]),
    );
    if (waitMs === undefined) return o.local(bucket, shareOf(rule, o.shares));
    return { taken: waitMs === 0, retryAfterMs: Number(waitMs) };
  };
}

// At least what is asked for at once, or it could never be taken.
function shareOf(rule: TokenRule, shares: number): TokenRule {
  const { ratePerSecond, burst, count = 1 } = rule;
  return { ratePerSecond: ratePerSecond / shares, burst: Math.max(count, burst / shares), count };
}
