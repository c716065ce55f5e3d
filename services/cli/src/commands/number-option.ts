import { InvalidArgumentError } from 'commander';

/**
 * Reads a whole number from the command line.
 *
 * @param value as written.
 * @throws InvalidArgumentError for what is none, or is below zero.
 */
export function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('must be a whole number');
  return Number(value);
}
