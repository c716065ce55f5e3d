export { createDirectoryCache, type DirectoryCache, type DirectoryCacheOptions } from './directory-cache';
export { createReadThrough, type ReadThrough, type ReadThroughOptions } from './read-through';
