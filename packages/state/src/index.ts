export { stateConfig } from './config';
export { createState, type StateOptions } from './create-state';
export { createLocalState, type LocalStateOptions } from './local-state';
export { createRedisState, type RedisStateOptions } from './redis-state';
export type { State, TokenRule } from './state';
