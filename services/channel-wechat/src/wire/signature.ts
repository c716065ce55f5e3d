import { hash, timingSafeEqual } from 'node:crypto';

/** What of a request's query is signed, and the signatures. */
export interface SignedQuery {
  timestamp: string;
  nonce: string;
  /** Of token, timestamp and nonce alone: it covers no body. */
  signature: string;
  /** Of the encrypted body, too. */
  msgSignature: string;
}

/** Seconds that a timestamp may lie beside our clock. */
export const maxClockSkewSeconds = 300;

/** The signature of WeChat's pushes: hexadecimal SHA-1 of the parts, sorted and joined. */
export function signatureOf(token: string, timestamp: string, nonce: string, encrypted?: string): string {
  const parts = encrypted === undefined ? [token, timestamp, nonce] : [token, timestamp, nonce, encrypted];
  return hash('sha1', parts.sort().join(''));
}

/**
 * Says whether a signature is the right one and its timestamp near our clock. Constant in time for signatures of the
 * right length. An empty token signs nothing.
 * @param encrypted the encrypted body; without one the plain signature counts
 */
export function isSigned(token: string, query: SignedQuery, nowMs: number, encrypted?: string): boolean {
  const { timestamp, nonce } = query;
  if (token === '' || nonce === '' || !isNear(timestamp, nowMs)) return false;
  const given = Buffer.from(encrypted === undefined ? query.signature : query.msgSignature);
  const expected = Buffer.from(signatureOf(token, timestamp, nonce, encrypted));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function isNear(timestamp: string, nowMs: number): boolean {
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  return Math.abs(Number(timestamp) - nowMs / 1_000) <= maxClockSkewSeconds;
}
