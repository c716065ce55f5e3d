import type { MediaHttp, ProviderFile, SendRequest } from '@omnigate/channel-kit';
import { type Content, Media } from '@omnigate/contracts';

// Twilio documents at most ten, both ways; what is there counts, not what NumMedia claims.
const maxMedia = 10;

/** The files that came with a message, in order. */
export function readMedia(field: (name: string) => string): Media[] {
  const media: Media[] = [];
  for (let index = 0; index < maxMedia && field(`MediaUrl${index}`) !== ''; index += 1) {
    media.push(
      Media.fromPartial({
        providerUrl: field(`MediaUrl${index}`),
        contentType: field(`MediaContentType${index}`),
      }),
    );
  }
  return media;
}

/** A file as a message of its own. */
export function mediaContent(media: Media): Content {
  const [family] = media.contentType.split('/', 1);
  if (family === 'image' || family === 'audio' || family === 'video')
    return { kind: { $case: family, value: media } };
  return { kind: { $case: 'file', value: media } };
}

/**
 * Gets a customer's file. Twilio wants the account's credentials and leads on to its store, which gets none; nor does any
 * other address that a message may name.
 */
export function fetchMedia(
  { providerUrl }: Media,
  api: { baseUrl: string; authorization: string },
  http: MediaHttp,
): Promise<ProviderFile> {
  const ours = URL.parse(providerUrl)?.origin === URL.parse(api.baseUrl)?.origin;
  return http.fetch(providerUrl, ours ? { headers: { authorization: api.authorization } } : {});
}

/** What a message says beside its text: links to its files, or why they can't go. */
export type OutboundFiles = { urls: string[] } | { code: string };

// Twilio makes pictures of these types smaller itself; anything else carriers cut off.
const shrunkType = /^image\/(?:jpeg|png|gif)$/;
const maxShrunkBytes = 5 * 1024 * 1024;
const maxOtherBytes = 500 * 1024;

/** Links by which Twilio gets a message's files. */
export async function outboundFiles(
  request: Pick<SendRequest, 'channel' | 'media' | 'mediaUrl'>,
  files: readonly Media[],
): Promise<OutboundFiles> {
  if (files.length > maxMedia) return { code: 'MESSAGE_INVALID' };
  for (const { mediaId } of files) {
    const file = await request.media.get(request.channel.tenantId, mediaId);
    if (!file) return { code: 'MEDIA_UNAVAILABLE' };
    const limit = shrunkType.test(file.contentType) ? maxShrunkBytes : maxOtherBytes;
    if (file.sizeBytes > limit) return { code: 'MEDIA_TOO_LARGE' };
  }
  return { urls: files.map(({ mediaId }) => request.mediaUrl(mediaId)) };
}
