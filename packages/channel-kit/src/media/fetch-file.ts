import type { Media, ResolvedChannel } from '@omnigate/contracts';
import { AppError, errorRow, isAppError } from '@omnigate/errors';
import type { MediaStore } from '@omnigate/media';
import type { ChannelAdapter, ProviderFile } from '../adapter';
import type { MediaHttp } from './media-http';

/** What came of one attempt: the file is there, it never will be, or it may be later. */
export type FetchEnd =
  | { kind: 'stored'; media: Media }
  | { kind: 'failed'; code: string }
  | { kind: 'later'; code: string; cause: unknown };

// To get may be repeated, and credentials may be mended.
const passing = new Set(['AMBIGUOUS', 'CREDENTIALS_BROKEN']);

/**
 * Gets one file and keeps it. It never throws: what is thrown has an end too.
 * @param o.adapter the channel's; without `fetchMedia` the file is what its URL gives
 */
export async function fetchFile(o: {
  media: Media;
  adapter: Pick<ChannelAdapter, 'fetchMedia'>;
  channel: ResolvedChannel;
  http: MediaHttp;
  store: MediaStore;
}): Promise<FetchEnd> {
  const { media, channel } = o;
  try {
    const file = await (o.adapter.fetchMedia ?? byUrl)(media, channel, o.http);
    const stored = await o.store.put(channel.tenantId, file.body, {
      claimedType: file.contentType || media.contentType,
      fileName: media.fileName || (file.fileName ?? ''),
    });
    return { kind: 'stored', media: { ...media, ...stored, sizeBytes: BigInt(stored.sizeBytes) } };
  } catch (error) {
    return endOf(error);
  }
}

async function byUrl(media: Media, _channel: ResolvedChannel, http: MediaHttp): Promise<ProviderFile> {
  if (media.providerUrl === '') throw new AppError('MEDIA_UNAVAILABLE');
  return http.fetch(media.providerUrl);
}

function endOf(error: unknown): FetchEnd {
  if (!isAppError(error)) return { kind: 'later', code: 'INTERNAL', cause: error };
  const { code } = error;
  if (errorRow(code).retryable || passing.has(code)) return { kind: 'later', code, cause: error };
  return { kind: 'failed', code };
}
