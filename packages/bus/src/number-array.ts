/**
 * Writes a PostgreSQL array of numbers; the driver's own way quotes and escapes each.
 * @param numbers without null
 */
export function numberArray(numbers: readonly (number | bigint)[]): string {
  return `{${numbers.join(',')}}`;
}
