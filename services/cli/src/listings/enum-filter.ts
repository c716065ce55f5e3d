import { usageError } from '../command-error';
import type { Filter } from './listing';

/**
 * Reads an enum value as people write it: `queue`, `QUEUE` or `CONVERSATION_OWNER_QUEUE`.
 *
 * @param filter the option, for the message.
 * @param written its value; absent means any.
 * @param of.values the generated enum.
 * @param of.prefix such as `CONVERSATION_OWNER_`.
 * @returns its number; 0 for any.
 * @throws CommandError exit 2 for what is none.
 */
export function enumFilter(
  filter: Filter,
  written: string | undefined,
  of: { values: Readonly<Record<string, string | number>>; prefix: string },
): number {
  if (written === undefined) return 0;
  const short = written.toUpperCase().replace(of.prefix, '');
  const value = of.values[of.prefix + short];
  if (typeof value === 'number' && value > 0) return value;
  const known = Object.entries(of.values)
    .filter(([name, number]) => name.startsWith(of.prefix) && Number(number) > 0)
    .map(([name]) => name.slice(of.prefix.length).toLowerCase());
  throw usageError(`--${filter} ${written}: must be one of ${known.join(', ')}`);
}
