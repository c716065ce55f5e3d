import { createHmac, timingSafeEqual } from 'node:crypto';

/** Who a token stands for. */
export interface Visitor {
  /** A UUID, or `user:<user_id>` for a signed-in user; the address that agents see. */
  address: string;
  /** Name that the page gave for a signed-in user; else empty. */
  name: string;
}

/** Milliseconds that a token lives. */
export const tokenLifeMs = 90 * 24 * 3_600_000;

interface Payload {
  a: string;
  n: string;
  /** Expiry, seconds since 1970. */
  e: number;
}

const mac = (key: Buffer, body: string) => createHmac('sha256', key).update(body).digest('base64url');

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Makes a visitor's token: base64url(JSON) "." base64url(HMAC-SHA-256).
 * @param key the channel's own key, so that a token opens one channel only
 * @param expires when it ends
 */
export function signVisitorToken(key: Buffer, visitor: Visitor, expires: Date): string {
  const payload: Payload = { a: visitor.address, n: visitor.name, e: Math.floor(expires.getTime() / 1000) };
  const body = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return `${body}.${mac(key, body)}`;
}

/**
 * Reads a token.
 * @returns undefined when it is forged, changed, expired, or another channel's
 */
export function verifyVisitorToken(
  key: Buffer,
  token: string,
  now: Date,
): { visitor: Visitor; expires: Date } | undefined {
  const [body = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0 || !sameText(mac(key, body), signature)) return undefined;
  const payload = JSON.parse(Buffer.from(body, 'base64url').toString()) as Payload;
  const expires = new Date(payload.e * 1000);
  return expires > now ? { visitor: { address: payload.a, name: payload.n }, expires } : undefined;
}

/**
 * Checks the proof that a page's visitor is a certain user of the business.
 * @param secret the channel's `identity_secret`
 * @param hash lower or upper case hex of HMAC-SHA-256(secret, user id)
 */
export function isIdentityProven(secret: string, userId: string, hash: string): boolean {
  return sameText(createHmac('sha256', secret).update(userId).digest('hex'), hash.toLowerCase());
}
