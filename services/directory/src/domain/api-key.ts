import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Makes an API key: `ogk_` and 32 random bytes in base64url, 47 characters.
 *
 * @returns the key in the clear; only its hash is ever stored
 */
export function generateApiKey(): string {
  return `ogk_${randomBytes(32).toString('base64url')}`;
}

/**
 * Hash under which a key is stored and found. A plain SHA-256 is enough: made keys hold 256 random bits, so there is
 * nothing to guess.
 *
 * @param key the key in the clear
 * @returns 32 bytes
 */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/**
 * Compares two hashes in constant time.
 *
 * @param left 32 bytes
 * @param right 32 bytes
 * @returns whether they are the same
 */
export function sameHash(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** 16 to 128 printable ASCII characters without spaces, as an HTTP header can carry them. */
export const givenKeyPattern = /^[\x21-\x7e]{16,128}$/;
