import type { Content, Media } from '@omnigate/contracts';

/** Content as the page gets it; README.md lists the kinds. */
export type WireContent =
  | { type: 'text'; text: string }
  | { type: 'menu'; text: string; options: { id: string; label: string }[] }
  | { type: 'choice'; id: string; label: string }
  | { type: 'link' | 'card'; url: string; title: string; text: string }
  | { type: 'location'; latitude: number; longitude: number; label: string }
  | WireFile
  | { type: 'resolved' }
  | { type: 'rating'; of: string; score: number; comment: string }
  | { type: 'other' };

/** A file as the mailbox keeps it; links to what is in the store expire, so they are made when it goes to a page. */
export interface WireFile {
  type: 'image' | 'audio' | 'video' | 'file';
  /** Where it is elsewhere; empty for what is in the store. */
  url: string;
  name: string;
  text: string;
  content_type: string;
  /** Bytes; 0 when unknown. */
  size: number;
  media_id: string;
  thumbnail_id: string;
}

/**
 * The kind of content that a file is.
 * @param contentType such as "image/png"
 */
export function fileKindOf(contentType: string): WireFile['type'] {
  const [, kind = 'file'] = /^(image|audio|video)\//.exec(contentType) ?? [];
  return kind as WireFile['type'];
}

/**
 * Translates a file.
 * @param type what the page does with it; default: by the file's own type
 */
export const wireFileOf = (
  value: Media,
  type: WireFile['type'] = fileKindOf(value.contentType),
): WireFile => ({
  type,
  url: value.mediaId ? '' : value.providerUrl,
  name: value.fileName,
  text: value.caption,
  content_type: value.contentType,
  size: Number(value.sizeBytes),
  media_id: value.mediaId,
  thumbnail_id: value.thumbnailId,
});

/**
 * Translates a message's content for the page. Kinds that a page can't show become `other`, so the visitor still learns
 * that something came.
 */
export function wireContentOf(content: Content | undefined): WireContent {
  const kind = content?.kind;
  switch (kind?.$case) {
    case 'text':
      return { type: 'text', text: kind.value.body };
    case 'menu':
      return {
        type: 'menu',
        text: kind.value.body,
        options: kind.value.options.map(({ id, label }) => ({ id, label })),
      };
    case 'menuChoice':
      return { type: 'choice', id: kind.value.id, label: kind.value.label };
    case 'link':
      return { type: 'link', url: kind.value.url, title: kind.value.title, text: kind.value.description };
    case 'card':
      return { type: 'card', url: kind.value.url, title: kind.value.title, text: kind.value.body };
    case 'location':
      return {
        type: 'location',
        latitude: kind.value.latitude,
        longitude: kind.value.longitude,
        label: kind.value.label,
      };
    case 'image':
    case 'audio':
    case 'video':
    case 'file':
      return wireFileOf(kind.value, kind.$case);
    case 'event':
      return { type: kind.value.name === 'conversation-resolved' ? 'resolved' : 'other' };
    default:
      return { type: 'other' };
  }
}

/** Content as the mailbox keeps it: JSON, with the files that came besides. */
export function mailboxContentOf(content: Content | undefined, attachments: readonly Media[] = []): string {
  const files = attachments.map((file) => wireFileOf(file));
  return JSON.stringify({ ...wireContentOf(content), ...(files.length > 0 && { attachments: files }) });
}

/** Content of the event that says that the conversation has ended, as the mailbox keeps it. */
export const resolvedContent = JSON.stringify({ type: 'resolved' } satisfies WireContent);

const fileContent = /^\{"type":"(?:image|audio|video|file)"/;

/**
 * Says whether an event is a file.
 * @param content JSON as the mailbox keeps it
 */
export const isFile = (content: string): boolean => fileContent.test(content);
