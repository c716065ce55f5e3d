import type { Content, Media, MediaItem } from '@omnigate/contracts';

/** What of a message carries files. */
export interface Carrier {
  content: Content | undefined;
  attachments: readonly Media[];
}

const mediaKinds = ['image', 'audio', 'video', 'file'] as const;
type MediaKind = (typeof mediaKinds)[number];

/**
 * The file that a content is.
 *
 * @param content what a message says.
 * @returns undefined for content of another kind.
 */
export function mediaOf(content: Content | undefined): Media | undefined {
  const kind = content?.kind;
  return kind && isMediaKind(kind.$case) ? (kind.value as Media) : undefined;
}

const isMediaKind = (name: string): name is MediaKind => (mediaKinds as readonly string[]).includes(name);

/**
 * The files of a message that are still with the provider alone.
 *
 * @param message as it was received.
 * @returns each with its place; nearly always none.
 */
export function filesToFetch({ content, attachments }: Carrier): MediaItem[] {
  const first = mediaOf(content);
  if (!first && attachments.length === 0) return [];
  const items = attachments.map((media, index) => ({ index: index + 1, media }));
  if (first) items.unshift({ index: 0, media: first });
  return items.filter(({ media }) => isElsewhere(media));
}

const isElsewhere = ({ mediaId, errorCode, providerUrl, providerMediaId }: Media): boolean =>
  mediaId === '' && errorCode === '' && (providerUrl !== '' || providerMediaId !== '');

/**
 * Puts what became of files into a message. A file that is settled already stays: the same may be told twice.
 *
 * @param message as it is stored.
 * @param items the files, each with a media_id or an error_code.
 * @returns the message with them, and those that were new.
 */
export function withFiles(
  { content, attachments }: Carrier,
  items: readonly MediaItem[],
): { message: Carrier; settled: MediaItem[] } {
  const waiting = new Set(filesToFetch({ content, attachments }).map(({ index }) => index));
  const settled = items.filter(({ index, media }) => media && waiting.delete(index));
  const at = (index: number) => settled.find((item) => item.index === index)?.media;
  const first = at(0);
  return {
    message: {
      content: content && first ? withMedia(content, first) : content,
      attachments: attachments.map((media, index) => at(index + 1) ?? media),
    },
    settled,
  };
}

function withMedia(content: Content, value: Media): Content {
  const { kind } = content;
  // Of the same kind as before: what it is was the sender's to say.
  return kind && isMediaKind(kind.$case) ? { ...content, kind: { $case: kind.$case, value } } : content;
}
