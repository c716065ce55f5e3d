import { createHash } from 'node:crypto';

/**
 * Makes a source of numbers that gives the same ones for the same seed.
 *
 * @param seed any text.
 * @returns a function like Math.random.
 */
export function seededRandom(seed: string): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed}|${count}`).digest().readUInt32BE() / 2 ** 32;
  };
}
