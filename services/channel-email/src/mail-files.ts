import { Media } from '@omnigate/contracts';
import { isAppError } from '@omnigate/errors';
import type { MediaStore } from '@omnigate/media';
import type { MailFile } from './domain/mail';

/** Keeps what came with mails. */
export interface MailFiles {
  /**
   * Stores files; durable when it resolves. One that the store refuses stands there without bytes, with the reason.
   * @throws what the store throws when it is away
   */
  store(tenantId: string, files: readonly MailFile[]): Promise<Media[]>;
}

/** The store says so of a file itself; anything else means that the store is away. */
const refusals = ['MEDIA_TOO_LARGE', 'MEDIA_TYPE_REFUSED', 'MEDIA_EMPTY'] as const;

/** Keeps them in the store of media. */
export function createMailFiles(media: Pick<MediaStore, 'put'>): MailFiles {
  async function storeOne(tenantId: string, file: MailFile): Promise<Media> {
    const claimed = {
      contentType: file.contentType,
      sizeBytes: BigInt(file.bytes.length),
      fileName: file.fileName,
      contentId: file.contentId,
    };
    const source = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.length);
    try {
      const stored = await media.put(tenantId, source, {
        fileName: file.fileName,
        claimedType: file.contentType,
      });
      return Media.fromPartial({
        ...claimed,
        contentType: stored.contentType,
        fileName: stored.fileName,
        mediaId: stored.mediaId,
        thumbnailId: stored.thumbnailId,
      });
    } catch (error) {
      const refused = refusals.find((code) => isAppError(error, code));
      if (!refused) throw error;
      return Media.fromPartial({ ...claimed, errorCode: refused });
    }
  }

  return {
    async store(tenantId, files) {
      const stored: Media[] = [];
      // One after the other: a mail's pictures together would fill the memory with their thumbnails' pixels.
      for (const file of files) stored.push(await storeOne(tenantId, file));
      return stored;
    },
  };
}
