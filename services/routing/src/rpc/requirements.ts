import { AppError } from '@omnigate/errors';
import { isId } from '../domain/id';

/** E-mail addresses have at most 254 characters, other ids of customers fewer. */
const longestAddress = 1_000;

const invalid = (field: string, description: string): AppError =>
  new AppError('INVALID_ARGUMENT', {}, { fields: [{ field, description }] });

/**
 * Checks an id that a caller gave.
 *
 * @param field the field's name, snake_case.
 * @param value the id.
 * @returns the id in lower case.
 * @throws AppError INVALID_ARGUMENT when it is no UUID.
 */
export function requireId(field: string, value: string): string {
  if (isId(value)) return value.toLowerCase();
  throw invalid(field, 'must be a UUID');
}

/**
 * Checks a customer's address that a caller gave; empty is allowed.
 *
 * @param value the address.
 * @returns the address.
 * @throws AppError INVALID_ARGUMENT when no customer can have it.
 */
export function requireAddress(value: string): string {
  if (value.length <= longestAddress && !value.includes('\0')) return value;
  throw invalid('address', `must have at most ${longestAddress} characters and no NUL`);
}

/**
 * Checks a number of an enum that a caller gave; 0 is allowed.
 *
 * @param field the field's name, snake_case.
 * @param value the number.
 * @param names the enum.
 * @returns the number.
 * @throws AppError INVALID_ARGUMENT when the enum has no such number.
 */
export function requireKnown<Value extends number>(
  field: string,
  value: Value,
  names: Readonly<Record<number, string>>,
): Value {
  if (value >= 0 && names[value] !== undefined) return value;
  throw invalid(field, 'must be a value of its enum');
}
