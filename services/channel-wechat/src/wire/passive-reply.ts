import { randomInt } from 'node:crypto';
import type { WechatConfig } from '../wechat-config';
import { aesKeyOf, encryptMessage } from './crypto';
import { signatureOf } from './signature';
import { cdata } from './xml';

/** What a passive reply says: one message. */
export type PassiveContent =
  | { type: 'text'; text: string }
  | { type: 'image' | 'voice'; mediaId: string }
  | { type: 'video'; mediaId: string; title: string; description: string }
  | { type: 'news'; title: string; description: string; url: string };

/** Whom a passive reply goes to, and from. */
export interface PassiveReply {
  /** Open id. */
  to: string;
  /** The account as the push named it. */
  from: string;
  content: PassiveContent;
  nowMs: number;
}

const element = (name: string, text: string): string => `<${name}>${cdata(text)}</${name}>`;

/**
 * Writes a passive reply as the body of the answer to a push; encrypted where the channel's pushes are.
 * @param nonce of an encrypted one; for tests
 */
export function passiveReplyOf(config: WechatConfig, reply: PassiveReply, nonce = newNonce()): string {
  const xml = plainReplyOf(reply);
  const key = config.encoding_aes_key ? aesKeyOf(config.encoding_aes_key) : undefined;
  if (!key) return xml;
  const timestamp = String(seconds(reply.nowMs));
  const encrypted = encryptMessage(key, xml, config.app_id);
  const signature = signatureOf(config.token, timestamp, nonce, encrypted);
  return `<xml>${element('Encrypt', encrypted)}${element('MsgSignature', signature)}<TimeStamp>${timestamp}</TimeStamp>${element('Nonce', nonce)}</xml>`;
}

function plainReplyOf({ to, from, content, nowMs }: PassiveReply): string {
  const head = `${element('ToUserName', to)}${element('FromUserName', from)}<CreateTime>${seconds(nowMs)}</CreateTime>`;
  return `<xml>${head}${element('MsgType', content.type)}${contentOf(content)}</xml>`;
}

function contentOf(content: PassiveContent): string {
  switch (content.type) {
    case 'text':
      return element('Content', content.text);
    case 'image':
      return `<Image>${element('MediaId', content.mediaId)}</Image>`;
    case 'voice':
      return `<Voice>${element('MediaId', content.mediaId)}</Voice>`;
    case 'video': {
      const { mediaId, title, description } = content;
      return `<Video>${element('MediaId', mediaId)}${element('Title', title)}${element('Description', description)}</Video>`;
    }
    default: {
      const { title, description, url } = content;
      const item = [element('Title', title), element('Description', description), element('PicUrl', '')];
      return `<ArticleCount>1</ArticleCount><Articles><item>${item.join('')}${element('Url', url)}</item></Articles>`;
    }
  }
}

const seconds = (ms: number): number => Math.floor(ms / 1_000);
const newNonce = (): string => String(randomInt(1_000_000_000, 4_000_000_000));
