import { createHash } from 'node:crypto';

/**
 * Writes JSON in one form alone: keys sorted, members without a value left out (RFC 8785 for what a Struct can
 * hold), so that two documents that mean the same are the same bytes.
 *
 * @param value anything that JSON can hold
 * @returns its canonical text
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

/**
 * Fingerprint of a spec, by which an apply tells what has not changed.
 *
 * @param value the spec
 * @returns SHA-256 of its canonical JSON, 32 bytes
 */
export function canonicalHash(value: unknown): Buffer {
  return createHash('sha256').update(canonicalJson(value)).digest();
}
