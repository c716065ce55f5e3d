import { randomBytes } from 'node:crypto';
import type { WechatAccount } from './account';

/** The stable tokens of an account. */
export interface SimulatedTokens {
  /** Answers `POST /cgi-bin/stable_token`. */
  issue(body: Record<string, unknown>): Record<string, unknown>;
  /** The errcode that a call with this token is refused with; undefined where it is good. */
  refusalOf(token: string | null): number | undefined;
  /** Ends the current token, as another holder's forced refresh does. */
  invalidate(): void;
  /** Calls of `issue`, and those that forced a new one. */
  counts: { issued: number; forced: number };
}

interface Token {
  value: string;
  expiresMs: number;
}

const overlapMs = 300_000;
const forceSpacingMs = 30_000;
const forcesADay = 20;
const dayMs = 86_400_000;

/**
 * Makes the tokens.
 * @param o.seconds that one lasts
 * @param o.now WeChat's clock, Unix ms
 */
export function createSimulatedTokens(o: {
  account: WechatAccount;
  seconds: number;
  now(): number;
}): SimulatedTokens {
  const counts = { issued: 0, forced: 0 };
  let current: Token | undefined;
  let before: Token | undefined;
  let forcedMs: number[] = [];

  function renew(): Token {
    current = { value: `${randomBytes(48).toString('base64url')}`, expiresMs: o.now() + o.seconds * 1_000 };
    return current;
  }

  function forced(): Record<string, unknown> | undefined {
    forcedMs = forcedMs.filter((atMs) => atMs > o.now() - dayMs);
    if (forcedMs.length >= forcesADay) return { errcode: 45009, errmsg: 'reach max api daily quota limit' };
    if ((forcedMs.at(-1) ?? 0) > o.now() - forceSpacingMs)
      return { errcode: 45011, errmsg: 'api minute-quota reach limit' };
    forcedMs.push(o.now());
    counts.forced += 1;
    before = undefined;
    renew();
    return undefined;
  }

  /** The same one until five minutes before it ends; then both work. */
  function ordinary(): Token {
    if (current && current.expiresMs - overlapMs > o.now()) return current;
    before = current;
    return renew();
  }

  return {
    counts,
    issue({ grant_type, appid, secret, force_refresh }) {
      counts.issued += 1;
      if (grant_type !== 'client_credential') return { errcode: 40002, errmsg: 'invalid grant_type' };
      if (appid !== o.account.appId) return { errcode: 40013, errmsg: 'invalid appid' };
      if (secret !== o.account.appSecret) return { errcode: 40125, errmsg: 'invalid appsecret' };
      const refused = force_refresh === true ? forced() : undefined;
      if (refused) return refused;
      const token = force_refresh === true && current ? current : ordinary();
      return { access_token: token.value, expires_in: Math.floor((token.expiresMs - o.now()) / 1_000) };
    },
    refusalOf(token) {
      if (!token) return 41001;
      const known = [current, before].find((each) => each?.value === token);
      if (!known) return 40001;
      return known.expiresMs > o.now() ? undefined : 42001;
    },
    invalidate() {
      before = undefined;
      if (current) renew();
    },
  };
}
