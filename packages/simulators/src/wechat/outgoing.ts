import type { ShownContent } from './shown';

/** A customer-service message that WeChat understood. */
export interface Outgoing {
  openId: string;
  content: ShownContent;
}

const maxTextBytes = 2_048;

/**
 * Reads the body of `POST /cgi-bin/message/custom/send`.
 * @param hasMedia says whether there is a file with this id
 * @returns the message, or the errcode that it is refused with
 */
export function readOutgoing(raw: string, hasMedia: (mediaId: string) => boolean): Outgoing | number {
  const body = objectOf(raw);
  if (!body) return 47001;
  const { touser, msgtype } = body;
  if (typeof touser !== 'string' || touser === '') return 40003;
  if (typeof msgtype !== 'string') return 40008;
  const part = body[msgtype];
  if (typeof part !== 'object' || part === null) return 44002;
  const content = contentOf(msgtype, part as Record<string, unknown>, hasMedia);
  return typeof content === 'number' ? content : { openId: touser, content };
}

function contentOf(
  msgtype: string,
  part: Record<string, unknown>,
  hasMedia: (mediaId: string) => boolean,
): ShownContent | number {
  switch (msgtype) {
    case 'text':
      return textOf(part);
    case 'image':
    case 'voice':
    case 'video':
      if (!hasMedia(String(part.media_id))) return 40007;
      return { type: msgtype, mediaId: String(part.media_id) };
    case 'news':
      return articleOf(part);
    case 'msgmenu':
      return menuOf(part);
    default:
      return 40008;
  }
}

function textOf({ content }: Record<string, unknown>): ShownContent | number {
  if (typeof content !== 'string' || content === '') return 44004;
  return Buffer.byteLength(content) > maxTextBytes ? 45002 : { type: 'text', text: content };
}

function articleOf({ articles }: Record<string, unknown>): ShownContent | number {
  if (!Array.isArray(articles) || articles.length !== 1) return 45008;
  const { title, description, url } = articles[0] as Record<string, unknown>;
  return { type: 'news', title: String(title), description: String(description), url: String(url) };
}

function menuOf({ head_content, list, tail_content }: Record<string, unknown>): ShownContent | number {
  if (typeof head_content !== 'string' || !Array.isArray(list) || list.length === 0) return 47001;
  const options = list as { id: string; content: string }[];
  if (options.some(({ id, content }) => typeof id !== 'string' || typeof content !== 'string')) return 47001;
  return { type: 'menu', head: head_content, options, tail: String(tail_content ?? '') };
}

/** The object of a JSON text; undefined where it is none. */
export function objectOf(raw: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
