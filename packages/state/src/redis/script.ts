import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** A Lua script, which Redis runs as one step. */
export interface RedisScript {
  lua: string;
  sha1: string;
}

// The clock is Redis' own, so that processes whose clocks differ agree; ARGV[1] is a clock in milliseconds for tests.
const clock = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
end
`;

/**
 * Makes a script that knows `now`, in milliseconds. Redis takes a script's numbers as they are and cuts what it returns to
 * whole ones.
 * @param body its arguments begin at ARGV[2]
 */
export function redisScript(body: string): RedisScript {
  const lua = clock + body;
  return { lua, sha1: createHash('sha1').update(lua).digest('hex') };
}

/** What runs scripts; bound to the clock of a state. */
export type RunScript = (
  redis: Redis,
  script: RedisScript,
  keys: string[],
  args?: (string | number)[],
) => Promise<unknown>;

/** @param now a clock for tests; default: Redis' own */
export function createRunScript(now?: () => number): RunScript {
  return async (redis, { lua, sha1 }, keys, args = []) => {
    const rest = [keys.length, ...keys, now?.() ?? '', ...args] as const;
    try {
      return await redis.evalsha(sha1, ...rest);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return redis.eval(lua, ...rest);
    }
  };
}
