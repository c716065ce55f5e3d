/** Which changes of one thing have been counted, by their numbers from 1. */
export interface Sequence {
  /** The highest that has come; 0 for none. */
  last: number;
  /** Those below it that have not. */
  missing: number[];
}

/** Numbers remembered as missing; what was left behind before them is not waited for. */
const missingAtMost = 64;

/**
 * Takes a change once, whatever the order in which changes and their repeats come.
 *
 * @param sequence what has come; it is changed.
 * @param number the change's.
 * @returns false for a repeat.
 */
export function takeOnce(sequence: Sequence, number: number): boolean {
  if (number > sequence.last) {
    const from = Math.max(sequence.last + 1, number - missingAtMost);
    for (let missing = from; missing < number; missing += 1) sequence.missing.push(missing);
    sequence.missing.splice(0, sequence.missing.length - missingAtMost);
    sequence.last = number;
    return true;
  }
  const at = sequence.missing.indexOf(number);
  if (at >= 0) sequence.missing.splice(at, 1);
  return at >= 0;
}
