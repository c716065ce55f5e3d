import { z } from 'zod';

const storable = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000');

/** Neither jsonb nor UTF-8 can hold NUL or half a surrogate pair. */
export const textError = 'must not hold NUL or broken Unicode';

/**
 * A text that a database and every client can hold.
 *
 * @param maximum UTF-16 units
 * @param minimum UTF-16 units
 * @returns its schema
 */
export const text = (maximum: number, minimum = 0) =>
  z.string().min(minimum).max(maximum).refine(storable, { error: textError });

/**
 * A text of at least one character that is no space, without the spaces around it.
 *
 * @param maximum UTF-16 units
 * @returns its schema
 */
export const trimmed = (maximum: number) =>
  z
    .string()
    .trim()
    .min(1, { error: 'must not be empty' })
    .max(maximum)
    .refine(storable, { error: textError });

/**
 * Looks for a text below a value that can not be stored.
 *
 * @param value anything that JSON can hold
 * @returns whether all texts and keys can be stored
 */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return storable(value);
  if (value === null || typeof value !== 'object') return true;
  return Object.entries(value).every(([key, member]) => storable(key) && isStorable(member));
}

/** Name of another resource. */
export const resourceName = z
  .string()
  .regex(/^[a-z0-9-]{1,63}$/, { error: 'must be a name: 1 to 63 of a-z, 0-9 and -' });
