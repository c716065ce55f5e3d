const bare = /^[0-9A-Za-z_.:+-]+$/;
const special = /["\\]/g;

function element(item: unknown): string {
  switch (typeof item) {
    case 'string':
      if (bare.test(item) && item.toUpperCase() !== 'NULL') return item;
      return `"${item.replace(special, '\\$&')}"`;
    case 'number':
    case 'bigint':
      return String(item);
    case 'boolean':
      return item ? 't' : 'f';
    default:
      return item === null || item === undefined ? 'NULL' : `"${(item as Date).toISOString()}"`;
  }
}

const bareList = /^[0-9A-Za-z_.:+-]+(,[0-9A-Za-z_.:+-]+)*$/;

/** Most arrays hold ids or numbers: one look at the whole tells that no element needs quotes. */
function literal(items: readonly unknown[]): string {
  const joined = items.join(',');
  // join() writes null as nothing, and a bare "null" would be read as one.
  const isBare = bareList.test(joined) && !/null/i.test(joined) && typeof items[0] !== 'object';
  return `{${isBare ? joined : items.map(element).join(',')}}`;
}

const plain = (item: unknown): boolean => item === null || typeof item !== 'object' || item instanceof Date;

/**
 * Writes arrays of plain values as PostgreSQL's array literals; the driver does the same with several calls and two
 * replacements an element, which showed among the largest costs of a batch. Source:
 * https://www.postgresql.org/docs/18/arrays.html#ARRAYS-IO
 *
 * @param values a statement's parameters
 * @returns the parameters; arrays that hold objects are left to the driver
 */
export function arrayLiterals(values: readonly unknown[]): unknown[] {
  return values.map((value) => (Array.isArray(value) && value.every(plain) ? literal(value) : value));
}
