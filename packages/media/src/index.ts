export { createDirectoryMediaStore } from './directory/directory-media-store';
export { isPrivateAddress } from './fetch/address-guard';
export {
  createGuardedFetch,
  type Fetched,
  type FetchOptions,
  type GuardedFetch,
} from './fetch/guarded-fetch';
export { publicLookup } from './fetch/public-lookup';
export { safeFileName } from './file-name';
export { isMediaId } from './media-id';
export { createMediaLinks, type MediaLinks, type MediaRef, mediaLinkKey } from './media-links';
export {
  type MediaFile,
  type MediaStore,
  maxMediaBytes,
  type PutOptions,
  type StoredMedia,
} from './media-store';
export { servingHeaders } from './serving';
