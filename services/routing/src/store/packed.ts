/** Byte strings as one parameter: an array of bytea would travel as hexadecimal text, twice the size. */
export interface PackedBytes {
  blob: Buffer;
  /** First byte of each part, from 1 as SQL's substring counts; null for a part that is null. */
  starts: (number | null)[];
  lengths: (number | null)[];
}

/**
 * Packs byte strings for `substring(blob from start for length)`.
 *
 * @param parts the byte strings in order; null and undefined become SQL nulls.
 * @returns the parameters.
 */
export function packBytes(parts: readonly (Uint8Array | null | undefined)[]): PackedBytes {
  const starts: (number | null)[] = [];
  const lengths: (number | null)[] = [];
  let next = 1;
  for (const part of parts) {
    starts.push(part ? next : null);
    lengths.push(part ? part.length : null);
    next += part?.length ?? 0;
  }
  return { blob: Buffer.concat(parts.filter((part) => part != null)), starts, lengths };
}
