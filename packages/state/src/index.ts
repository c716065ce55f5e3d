export { createLocalState, type LocalStateOptions } from './local-state';
export type { State, TokenRule } from './state';
