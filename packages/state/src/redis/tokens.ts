import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type ErrorCode, toAppError } from '@omnigate/errors';
import type { State } from '../state';
import { renewInMs, type TokenCache } from '../token-cache';
import type { RedisLink } from './link';
import { type RunScript, redisScript } from './script';

type Tokens = Pick<State, 'token' | 'forgetToken'>;
type Fetch = Parameters<State['token']>[1];

// Longer than any provider's time-out. A process that dies while it fetches keeps the others waiting for so long.
const lockMs = 30_000;
// Whoever waits looks far more often.
const failureMs = 10_000;
const lookMs = 25;

// KEYS: token, lock, failure. The token: value, renew_at. The lock's value is who fetches; the failure's is who failed.
const ask = redisScript(`
local owner, lock_ms, waited_for = ARGV[2], ARGV[3], ARGV[4]
local token = redis.call('HMGET', KEYS[1], 'value', 'renew_at')
if token[1] and now < tonumber(token[2]) then
  return { 'token', token[1], tonumber(token[2]) - now }
end
local failure = redis.call('HMGET', KEYS[3], 'owner', 'code')
if failure[1] and failure[1] == waited_for then return { 'failed', failure[2] } end
local fetching = redis.call('GET', KEYS[2])
if fetching then return { 'wait', fetching } end
redis.call('SET', KEYS[2], owner, 'PX', lock_ms)
return { 'fetch' }
`);

// If the lock was lost meanwhile (it lapsed, or Redis forgot), a token that is there or being fetched is a newer one.
const store = redisScript(`
local owner, value, renew_in = ARGV[2], ARGV[3], tonumber(ARGV[4])
local fetching = redis.call('GET', KEYS[2])
if fetching ~= owner and (fetching or redis.call('EXISTS', KEYS[1]) == 1) then return 0 end
redis.call('HSET', KEYS[1], 'value', value, 'renew_at', now + renew_in)
redis.call('PEXPIRE', KEYS[1], math.ceil(renew_in))
redis.call('DEL', KEYS[2])
return 1
`);

const fail = redisScript(`
local owner, code, failure_ms = ARGV[2], ARGV[3], ARGV[4]
if redis.call('GET', KEYS[2]) == owner then redis.call('DEL', KEYS[2]) end
redis.call('HSET', KEYS[3], 'owner', owner, 'code', code)
redis.call('PEXPIRE', KEYS[3], failure_ms)
return 1
`);

const forget = redisScript(`
if redis.call('HGET', KEYS[1], 'value') == ARGV[2] then redis.call('DEL', KEYS[1]) end
return 1
`);

type Answer =
  | [kind: 'token', value: string, renewInMs: number]
  | [kind: 'failed', code: ErrorCode]
  | [kind: 'wait', fetching: string]
  | [kind: 'fetch'];

/** What the tokens in Redis need. */
export interface RedisTokensOptions {
  link: RedisLink;
  run: RunScript;
  prefix: string;
  /** Remembers what this process was given; used without Redis. */
  local: TokenCache;
}

/**
 * Makes the token cache that all processes share: one of them fetches, the others wait. Tokens are in Redis as they are,
 * so whoever may read it may use them until they expire.
 */
export function createRedisTokens({ link, run, prefix, local }: RedisTokensOptions): Tokens {
  const underway = new Map<string, Promise<string>>();
  // Braces put the three on one node of a cluster.
  const keys = (key: string) => ['value', 'lock', 'failure'].map((part) => `${prefix}token:{${key}}:${part}`);

  async function obtain(key: string, fetch: Fetch): Promise<string> {
    const owner = randomUUID();
    for (let waitedFor = ''; ; await sleep(lookMs)) {
      const answer = await link.attempt(
        'token',
        (redis) => run(redis, ask, keys(key), [owner, lockMs, waitedFor]) as Promise<Answer>,
      );
      if (!answer) return local.token(key, fetch);
      if (answer[0] === 'fetch') return fetchFor(key, owner, fetch);
      if (answer[0] === 'failed') throw new AppError(answer[1]);
      if (answer[0] === 'token') {
        local.keep(key, answer[1], answer[2]);
        return answer[1];
      }
      waitedFor = answer[1];
    }
  }

  async function fetchFor(key: string, owner: string, fetch: Fetch): Promise<string> {
    try {
      const { value, expiresInMs } = await fetch();
      const renewIn = renewInMs(expiresInMs);
      local.keep(key, value, renewIn);
      await link.attempt('token', (redis) => run(redis, store, keys(key), [owner, value, renewIn]));
      return value;
    } catch (error) {
      const { code } = toAppError(error);
      await link.attempt('token', (redis) => run(redis, fail, keys(key), [owner, code, failureMs]));
      throw error;
    }
  }

  return {
    token(key, fetch) {
      const obtaining = underway.get(key) ?? obtain(key, fetch).finally(() => underway.delete(key));
      underway.set(key, obtaining);
      return obtaining;
    },
    async forgetToken(key, value) {
      await local.forgetToken(key, value);
      await link.attempt('forget_token', (redis) => run(redis, forget, keys(key), [value]));
    },
  };
}
