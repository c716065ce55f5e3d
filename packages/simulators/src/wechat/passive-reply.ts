import type { WechatAccount } from './account';
import { wechatCrypto } from './sdk';
import type { ShownContent } from './shown';

/** Why WeChat shows nothing of an answer. */
export class RefusedReply extends Error {}

/**
 * Reads the answer to a push as WeChat does.
 * @returns undefined for `success` and an empty body: nothing is shown
 * @throws RefusedReply for all that WeChat can't show; the follower sees that the account is out of order
 */
export function readPassiveReply(
  account: WechatAccount,
  openId: string,
  body: string,
): ShownContent | undefined {
  if (body === '' || body === 'success') return undefined;
  const fields = fieldsOf(account.encodingAesKey ? decrypted(account, body) : body);
  const field = (name: string) => fields.get(name) ?? '';
  refuse(field('ToUserName') !== openId, 'ToUserName is not who wrote');
  refuse(field('FromUserName') !== account.originalId, 'FromUserName is not the account');
  refuse(!/^\d{10}$/.test(field('CreateTime')), 'CreateTime is not in seconds');
  return contentOf(field);
}

function contentOf(field: (name: string) => string): ShownContent {
  switch (field('MsgType')) {
    case 'text':
      refuse(field('Content') === '', 'an empty text');
      refuse(Buffer.byteLength(field('Content')) > 2_048, 'a text of more than 2048 bytes');
      return { type: 'text', text: field('Content') };
    case 'image':
    case 'voice':
    case 'video':
      refuse(field('MediaId') === '', 'no MediaId');
      return { type: field('MsgType') as 'image', mediaId: field('MediaId') };
    case 'news':
      refuse(field('ArticleCount') !== '1' || field('Url') === '', 'no article');
      return { type: 'news', title: field('Title'), description: field('Description'), url: field('Url') };
    default:
      throw new RefusedReply(`MsgType is ${field('MsgType')}`);
  }
}

function decrypted(account: WechatAccount, body: string): string {
  const fields = fieldsOf(body);
  const field = (name: string) => fields.get(name) ?? '';
  const encrypted = field('Encrypt');
  refuse(encrypted === '', 'not encrypted');
  refuse(!/^\d{10}$/.test(field('TimeStamp')) || field('Nonce') === '', 'no TimeStamp or Nonce');
  const expected = wechatCrypto.getSignature(account.token, field('TimeStamp'), field('Nonce'), encrypted);
  refuse(field('MsgSignature') !== expected, 'MsgSignature is wrong');
  const { message, id } = wechatCrypto.decrypt(account.encodingAesKey, encrypted);
  refuse(id !== account.appId, 'encrypted for another app');
  return message;
}

/** Every element that holds a text, however deep. */
function fieldsOf(xml: string): Map<string, string> {
  refuse(!/^<xml>[\s\S]*<\/xml>\s*$/.test(xml), 'no XML');
  const fields = new Map<string, string>();
  for (const [, name = '', quoted, plain] of xml.matchAll(
    /<(\w+)>(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*))<\/\1>/g,
  ))
    fields.set(name, quoted?.replaceAll(']]]]><![CDATA[>', ']]>') ?? plain ?? '');
  return fields;
}

function refuse(wrong: boolean, why: string): void {
  if (wrong) throw new RefusedReply(why);
}
