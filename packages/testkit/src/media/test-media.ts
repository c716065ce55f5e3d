import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createDirectoryMediaStore,
  createMediaLinks,
  type MediaLinks,
  type MediaStore,
  mediaLinkKey,
} from '@omnigate/media';

/** A store of its own. */
export interface TestMedia {
  media: MediaStore;
  mediaLinks: MediaLinks;
  /** Removes its files. */
  drop(): void;
}

/**
 * Opens a store in a new folder.
 * @param publicUrl where its links lead
 */
export function openTestMedia(publicUrl = 'http://gateway.test'): TestMedia {
  const folder = mkdtempSync(join(tmpdir(), 'omnigate-media-'));
  return {
    media: createDirectoryMediaStore({ folder }),
    mediaLinks: createMediaLinks({ key: mediaLinkKey('of a test'), publicUrl }),
    drop: () => rmSync(folder, { recursive: true, force: true }),
  };
}
