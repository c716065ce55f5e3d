import { createHash, randomInt } from 'node:crypto';
import { Agent, request } from 'undici';
import type { WechatAccount } from './account';
import { wechatCrypto } from './sdk';

/** How one attempt was answered. */
export interface PushAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  /** From the request to the whole answer. */
  tookMs: number;
}

/** What differs from an honest push. */
export interface PushChange {
  /** Signed with this token. */
  token?: string;
  /** Encrypted for this app. */
  appId?: string;
  timestamp?: string;
  nonce?: string;
  /** Query parameters in place of the right ones; undefined leaves one out. */
  query?: Record<string, string | undefined>;
  /** In place of the whole body. */
  body?: string | Buffer;
}

/** A push as it goes out. */
export interface PreparedPush {
  /** With the query. */
  url: string;
  body: string | Buffer;
}

/** Sends pushes as WeChat does. */
export interface Pusher {
  /** Signs, and in AES mode encrypts; the timestamp is now. */
  prepare(url: string, xml: string, change?: PushChange): PreparedPush;
  /**
   * One attempt.
   * @throws Error when the connection breaks, or nobody answers in time
   */
  attempt(url: string, xml: string, change?: PushChange): Promise<PushAnswer>;
  /** Asks the URL to prove that it knows the token. */
  verify(url: string, change?: PushChange): Promise<PushAnswer & { echo: string }>;
  close(): Promise<void>;
}

const sha1 = (...parts: string[]): string => createHash('sha1').update(parts.sort().join('')).digest('hex');

function withQuery(url: string, query: Record<string, string | undefined>): string {
  const present = Object.entries(query).filter((each): each is [string, string] => each[1] !== undefined);
  return `${url}?${new URLSearchParams(present)}`;
}

/**
 * Makes a pusher.
 * @param o.attemptMs after which WeChat drops the connection
 */
export function createPusher(account: WechatAccount, { attemptMs }: { attemptMs: number }): Pusher {
  const agent = new Agent({ connections: 256 });

  async function call(method: 'GET' | 'POST', url: string, body?: string | Buffer): Promise<PushAnswer> {
    const startedMs = performance.now();
    // A timer of its own: AbortSignal.timeout costs a tenth of a push.
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(new Error('no answer in time')), attemptMs);
    try {
      const answer = await request(url, {
        method,
        dispatcher: agent,
        signal: abort.signal,
        headers: { 'content-type': 'text/xml', 'user-agent': 'Mozilla/4.0' },
        ...(body === undefined ? {} : { body }),
      });
      const text = await answer.body.text();
      const { statusCode: status, headers } = answer;
      return { status, headers, body: text, tookMs: performance.now() - startedMs };
    } finally {
      clearTimeout(timer);
    }
  }

  function moment(change: PushChange): { timestamp: string; nonce: string; token: string } {
    const { timestamp = String(Math.floor(Date.now() / 1_000)), token = account.token } = change;
    return { timestamp, token, nonce: change.nonce ?? String(randomInt(1, 2 ** 31)) };
  }

  function prepare(url: string, xml: string, change: PushChange = {}): PreparedPush {
    const { timestamp, nonce, token } = moment(change);
    const openid = /<FromUserName><!\[CDATA\[(.*?)\]\]>/.exec(xml)?.[1] ?? '';
    const query = { signature: sha1(token, timestamp, nonce), timestamp, nonce, openid };
    if (account.encodingAesKey === '')
      return { url: withQuery(url, { ...query, ...change.query }), body: change.body ?? xml };
    const encrypted = wechatCrypto.encrypt(account.encodingAesKey, xml, change.appId ?? account.appId);
    const body = `<xml><ToUserName><![CDATA[${account.originalId}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`;
    const msg_signature = wechatCrypto.getSignature(token, timestamp, nonce, encrypted);
    const whole = { ...query, encrypt_type: 'aes', msg_signature, ...change.query };
    return { url: withQuery(url, whole), body: change.body ?? body };
  }

  return {
    prepare,
    async attempt(url, xml, change) {
      const push = prepare(url, xml, change);
      return call('POST', push.url, push.body);
    },
    async verify(url, change = {}) {
      const { timestamp, nonce, token } = moment(change);
      const echo = String(randomInt(1, 2 ** 47));
      const query = { signature: sha1(token, timestamp, nonce), timestamp, nonce, echostr: echo };
      return { ...(await call('GET', withQuery(url, { ...query, ...change.query }))), echo };
    },
    close: () => agent.destroy(),
  };
}
