import { createHash, timingSafeEqual } from 'node:crypto';
import type { Authentication, Identity } from '@omnigate/rpc';

/** Omnigate's own processes; a call names its tenant itself. */
const ourselves: Identity = { tenantId: '', roles: ['service'], keyName: 'service' };

const digest = (key: string): Buffer => createHash('sha256').update(key).digest();

/**
 * Lets Omnigate's own processes in by the key that they share, and everybody else by theirs. The shared key is tried
 * first, so that a process needs no directory to be known; it is compared by hashes, which takes the same time for any.
 *
 * @param serviceKey OMNIGATE_SERVICE_KEY.
 * @param others knows all other keys.
 * @returns what a gRPC server asks.
 */
export function authenticateServices(
  serviceKey: string,
  others: Authentication['authenticate'],
): Authentication['authenticate'] {
  const expected = digest(serviceKey);
  return async (key) => (timingSafeEqual(digest(key), expected) ? ourselves : others(key));
}
