import type { InboundMessage, InboundRequest, ProviderAnswer } from '@omnigate/channel-kit';
import type { ResolvedChannel } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import { type WechatConfig, wechatConfigOf } from './wechat-config';
import { aesKeyOf, decryptMessage } from './wire/crypto';
import { messageOf, type Push, pushOf } from './wire/push';
import { isSigned, type SignedQuery } from './wire/signature';
import { parseXml } from './wire/xml';

/** A request of WeChat that was proved to be WeChat's. */
export interface Received {
  /** What to answer at once, where nothing is held. */
  response: ProviderAnswer;
  /** Its timestamp and nonce. A nonce alone is a random number below 2³¹: of many pushes, two have the same by chance. */
  nonce: string;
  /** Undefined for the verification of the URL, and for pushes of no interest. */
  message?: InboundMessage;
  /** The account that the push was for; passive replies come from it. */
  account: string;
}

/** What makes WeChat send a push no more. */
export const taken: ProviderAnswer = {
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'success',
};

/**
 * Verifies, decrypts and parses a request.
 * @throws AppError SIGNATURE_INVALID: not WeChat's, too old, or for another account; PAYLOAD_MALFORMED
 */
export function receivePush(request: InboundRequest, channel: ResolvedChannel, nowMs: number): Received {
  const config = wechatConfigOf(channel);
  const query = new URLSearchParams(request.path.split('?', 2)[1] ?? '');
  const signed = signedQueryOf(query);
  if (request.path.split('?', 1)[0]?.endsWith('/status')) throw new AppError('SIGNATURE_INVALID');
  if (request.method === 'GET') return verifyUrl(config, query, signed, nowMs);
  const push = readPush(config, request.rawBody, signed, nowMs);
  const account = push.field('tousername');
  // Signed by this token, but for another account, as where two accounts share one.
  if (account === '' || (config.original_id !== '' && account !== config.original_id))
    throw new AppError('SIGNATURE_INVALID');
  const message = messageOf(push);
  return { response: taken, nonce: nonceOf(signed), account, ...(message ? { message } : {}) };
}

/** A parameter that comes twice is no parameter. */
function signedQueryOf(query: URLSearchParams): SignedQuery {
  const one = (name: string) => {
    const all = query.getAll(name);
    return all.length === 1 ? (all[0] ?? '') : '';
  };
  return {
    timestamp: one('timestamp'),
    nonce: one('nonce'),
    signature: one('signature'),
    msgSignature: one('msg_signature'),
  };
}

function verifyUrl(
  config: WechatConfig,
  query: URLSearchParams,
  signed: SignedQuery,
  nowMs: number,
): Received {
  const echo = query.get('echostr');
  if (echo === null || !isSigned(config.token, signed, nowMs)) throw new AppError('SIGNATURE_INVALID');
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' };
  return { response: { status: 200, headers, body: echo }, nonce: nonceOf(signed), account: '' };
}

const nonceOf = ({ timestamp, nonce }: SignedQuery): string => `${timestamp}-${nonce}`;

function readPush(config: WechatConfig, rawBody: Buffer, signed: SignedQuery, nowMs: number): Push {
  // A channel with a key takes nothing plain: that signature covers no body.
  const xml = config.encoding_aes_key
    ? decryptBody(config, rawBody, signed, nowMs)
    : plainBody(config, rawBody, signed, nowMs);
  return pushOf(parseXml(xml));
}

function plainBody(config: WechatConfig, rawBody: Buffer, signed: SignedQuery, nowMs: number): string {
  if (!isSigned(config.token, signed, nowMs)) throw new AppError('SIGNATURE_INVALID');
  return rawBody.toString('utf8');
}

function decryptBody(config: WechatConfig, rawBody: Buffer, signed: SignedQuery, nowMs: number): string {
  const key = aesKeyOf(config.encoding_aes_key);
  // What can't be read can't be proved either.
  const envelope = parseXml(rawBody.toString('utf8'));
  const encrypted = envelope?.children.find(({ name }) => name === 'Encrypt')?.text ?? '';
  if (!key || encrypted === '' || !isSigned(config.token, signed, nowMs, encrypted))
    throw new AppError('SIGNATURE_INVALID');
  const xml = decryptMessage(key, encrypted, config.app_id);
  if (xml === undefined) throw new AppError('SIGNATURE_INVALID');
  return xml;
}
