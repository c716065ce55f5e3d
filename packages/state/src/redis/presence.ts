import type { State } from '../state';
import type { RedisLink } from './link';
import { type RunScript, redisScript } from './script';

type Presence = Pick<State, 'setPresence' | 'removePresence' | 'presence'>;

// KEYS[1]: member to value; KEYS[2]: member to when it is gone. Whoever comes drops those who are gone.
const dropGone = `
local gone = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)
for i = 1, #gone, 1000 do
  local some = { unpack(gone, i, math.min(i + 999, #gone)) }
  redis.call('HDEL', KEYS[1], unpack(some))
  redis.call('ZREM', KEYS[2], unpack(some))
end
`;

const set = redisScript(`${dropGone}
local member, value, ttl = ARGV[2], ARGV[3], tonumber(ARGV[4])
redis.call('HSET', KEYS[1], member, value)
redis.call('ZADD', KEYS[2], now + ttl, member)
for i = 1, 2 do
  if redis.call('PTTL', KEYS[i]) < ttl then redis.call('PEXPIRE', KEYS[i], math.ceil(ttl)) end
end
`);

const remove = redisScript(`
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[2])
`);

const list = redisScript(`${dropGone}
return redis.call('HGETALL', KEYS[1])
`);

/** What the presence in Redis needs. */
export interface RedisPresenceOptions {
  link: RedisLink;
  run: RunScript;
  prefix: string;
  /** Knows what this process has said itself; used without Redis. */
  local: Presence;
}

/** Makes the presence that all processes share. */
export function createRedisPresence({ link, run, prefix, local }: RedisPresenceOptions): Presence {
  // Braces put both on one node of a cluster.
  const keys = (scope: string) => [
    `${prefix}presence:{${scope}}:value`,
    `${prefix}presence:{${scope}}:until`,
  ];
  return {
    async setPresence(scope, member, value, ttlMs) {
      await local.setPresence(scope, member, value, ttlMs);
      await link.attempt('set_presence', (redis) => run(redis, set, keys(scope), [member, value, ttlMs]));
    },
    async removePresence(scope, member) {
      await local.removePresence(scope, member);
      await link.attempt('remove_presence', (redis) => run(redis, remove, keys(scope), [member]));
    },
    async presence(scope) {
      const flat = await link.attempt('presence', (redis) => run(redis, list, keys(scope)));
      return flat === undefined ? local.presence(scope) : pairs(flat as string[]);
    },
  };
}

function pairs(flat: string[]): Map<string, string> {
  const map = new Map<string, string>();
  for (let i = 0; i < flat.length; i += 2) map.set(flat[i] as string, flat[i + 1] as string);
  return map;
}
