import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenMedia, openMedia } from '@omnigate/service-process';

/** A store of its own. */
export interface TestMedia extends OpenMedia {
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
    ...openMedia({ folder, secret: 'of a test', publicUrl }),
    drop: () => rmSync(folder, { recursive: true, force: true }),
  };
}
