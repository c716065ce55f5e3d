const bare = /^[0-9A-Za-z_.:+-]+$/;
const special = /["\\]/g;

/** Empty texts, words and JSON are what is written most. */
function text(item: string): string {
  if (item === '') return '""';
  if (item.length <= 64 && bare.test(item)) return isNull(item) ? `"${item}"` : item;
  return `"${item.replace(special, '\\$&')}"`;
}

/** Without quotes it would be read as a null. */
const isNull = (item: string): boolean => item.length === 4 && item.toUpperCase() === 'NULL';

function element(item: unknown): string {
  switch (typeof item) {
    case 'string':
      return text(item);
    case 'number':
    case 'bigint':
      return String(item);
    case 'boolean':
      return item ? 't' : 'f';
    default:
      return item === null || item === undefined ? 'NULL' : `"${(item as Date).toISOString()}"`;
  }
}

/** Ids and whole numbers; join() writes a null as nothing. */
const ids = /^[0-9a-f,-]+$/;
const hasNull = (joined: string): boolean => joined.includes(',,') || joined.endsWith(',');

/** Most arrays hold ids or numbers: one look at the whole tells that no element needs quotes. */
function literal(items: readonly unknown[]): string {
  const [first] = items;
  if (typeof first === 'number' || (typeof first === 'string' && ids.test(first))) {
    const joined = items.join(',');
    if (ids.test(joined) && !hasNull(joined)) return `{${joined}}`;
  }
  return `{${items.map(element).join(',')}}`;
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
