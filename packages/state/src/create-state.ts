import { createLocalState } from './local-state';
import { createRedisState, type RedisStateOptions } from './redis-state';
import type { State } from './state';

/** What createState needs. */
export type StateOptions = Omit<RedisStateOptions, 'url'> & {
  /** `REDIS_URL`; without it the state is this process's alone. */
  redisUrl?: string | undefined;
};

/** Makes the state of this installation: in Redis where there is one, so that processes share it, else in this process. */
export function createState({ redisUrl, ...options }: StateOptions): State {
  return redisUrl ? createRedisState({ ...options, url: redisUrl }) : createLocalState(options);
}
