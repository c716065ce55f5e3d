import { resolve } from 'node:path';
import {
  createDirectoryMediaStore,
  createMediaLinks,
  type MediaLinks,
  type MediaStore,
  mediaLinkKey,
} from '@omnigate/media';

/** The files of messages, and the links that open them. */
export interface OpenMedia {
  media: MediaStore;
  mediaLinks: MediaLinks;
}

/**
 * Opens the store of an installation; nothing is written before the first file.
 *
 * @param o.folder OMNIGATE_MEDIA_DIR
 * @param o.secret what all processes of the installation know and nobody else
 * @param o.publicUrl OMNIGATE_PUBLIC_URL
 */
export function openMedia(o: { folder: string; secret: string | Buffer; publicUrl: string }): OpenMedia {
  return {
    media: createDirectoryMediaStore({ folder: resolve(o.folder) }),
    mediaLinks: createMediaLinks({ key: mediaLinkKey(o.secret), publicUrl: o.publicUrl }),
  };
}

/**
 * Opens the store of a service in a process of its own.
 *
 * @param config `mediaFields` and `processFields`.
 */
export function openProcessMedia(config: {
  OMNIGATE_MEDIA_DIR: string;
  OMNIGATE_SERVICE_KEY: string;
  OMNIGATE_PUBLIC_URL: string;
}): OpenMedia {
  return openMedia({
    folder: config.OMNIGATE_MEDIA_DIR,
    secret: config.OMNIGATE_SERVICE_KEY,
    publicUrl: config.OMNIGATE_PUBLIC_URL,
  });
}
