export { createDirectory, type Directory, type DirectoryOptions } from './app';
export type { Bootstrapped } from './bootstrap';
export { directorySchema } from './directory-schema';
