import { InvalidArgumentError } from 'commander';

/**
 * Reads a number of things of which there must be one at least.
 *
 * @param value as written.
 * @throws InvalidArgumentError for what is no whole number, or is zero.
 */
export function positiveNumber(value: string): number {
  const number = wholeNumber(value);
  if (number === 0) throw new InvalidArgumentError('must be 1 or more');
  return number;
}

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
