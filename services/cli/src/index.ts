export { runCommand } from './program';
export type { Terminal } from './terminal';
