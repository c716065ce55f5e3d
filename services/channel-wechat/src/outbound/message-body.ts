import { plainText } from '@omnigate/channel-kit';
import type { Content, Media } from '@omnigate/contracts';

/** What goes out as one message: a text or the like, or a file that must be uploaded first. */
export type Part =
  | { kind: 'text'; text: string }
  | { kind: 'menu'; body: string; options: readonly { id: string; label: string }[] }
  | { kind: 'article'; title: string; description: string; url: string }
  | { kind: 'file'; type: FileType; media: Media };

/** WeChat's own words for kinds of files. */
export type FileType = 'image' | 'voice' | 'video';

const fileTypes = { image: 'image', audio: 'voice', video: 'video' } as const;

/**
 * Writes a content as WeChat's messages, in order. Pictures and sounds have no caption there, so theirs goes before them.
 * @returns undefined for what an account can't send
 */
export function partsOf(content: Content, attachments: readonly Media[] = []): Part[] | undefined {
  const first = partOf(content);
  const others = attachments.map(fileOf);
  if (!first || others.includes(undefined)) return undefined;
  const caption = first.kind === 'file' && first.type !== 'video' ? first.media.caption : '';
  const said: Part[] = caption.trim() === '' ? [first] : [{ kind: 'text', text: caption }, first];
  return [...said, ...(others as Part[])];
}

function partOf(content: Content): Part | undefined {
  const { kind } = content;
  switch (kind?.$case) {
    case 'image':
    case 'audio':
    case 'video':
      return { kind: 'file', type: fileTypes[kind.$case], media: kind.value };
    case 'menu':
      return { kind: 'menu', body: kind.value.body, options: kind.value.options };
    case 'link':
      return { kind: 'article', ...kind.value };
    case 'card':
      if (kind.value.url === '') return text(content);
      return { kind: 'article', ...kind.value, description: kind.value.body };
    default:
      return text(content);
  }
}

function text(content: Content): Part | undefined {
  const words = plainText(content);
  return words === undefined ? undefined : { kind: 'text', text: words };
}

function fileOf(media: Media): Part | undefined {
  const family = media.contentType.split('/', 1)[0] ?? '';
  if (!Object.hasOwn(fileTypes, family)) return undefined;
  return { kind: 'file', type: fileTypes[family as keyof typeof fileTypes], media };
}

/**
 * The body of a customer-service message, as `POST /cgi-bin/message/custom/send` takes it:
 * `{"touser":"OPENID","msgtype":"text","text":{"content":"…"}}`.
 * @param mediaId of an uploaded file; empty for all else
 */
export function messageBodyOf(part: Part, mediaId: string): { msgtype: string; [type: string]: unknown } {
  switch (part.kind) {
    case 'text':
      return { msgtype: 'text', text: { content: part.text } };
    case 'menu':
      return {
        msgtype: 'msgmenu',
        msgmenu: {
          head_content: part.body,
          list: part.options.map(({ id, label }) => ({ id, content: label })),
          tail_content: '',
        },
      };
    case 'article': {
      const { title, description, url } = part;
      return { msgtype: 'news', news: { articles: [{ title: title || url, description, url, picurl: '' }] } };
    }
    default:
      return { msgtype: part.type, [part.type]: fileFields(part, mediaId) };
  }
}

function fileFields(
  { type, media }: Extract<Part, { kind: 'file' }>,
  mediaId: string,
): Record<string, string> {
  if (type !== 'video') return { media_id: mediaId };
  // The picture before a film starts is asked for; the film itself is taken as such.
  return {
    media_id: mediaId,
    thumb_media_id: mediaId,
    title: media.fileName,
    description: media.caption,
  };
}
