export { createDirectoryCache, type DirectoryCache, type DirectoryCacheOptions } from './directory-cache';
