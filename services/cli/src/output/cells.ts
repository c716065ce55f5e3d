import type { Column } from './table';
import type { JsonRow } from './write-rows';

/**
 * The value at a path of a row.
 *
 * @param row protobuf JSON.
 * @param path such as `spec.role`.
 * @returns undefined where there is none.
 */
export const valueAt = (row: JsonRow, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as JsonRow | undefined | null)?.[key], row);

/** A column that shows the value at a path; lists with commas, texts in several languages with strokes. */
export const column = (title: string, path: string): Column<JsonRow> => ({
  title,
  cell(row) {
    const value = valueAt(row, path);
    if (Array.isArray(value)) return value.join(', ');
    if (typeof value === 'object' && value !== null) return Object.values(value).join(' / ');
    return String(value ?? '');
  },
});

/** A column with an enum value's short form: `CONVERSATION_OWNER_QUEUE` shows as `QUEUE`. */
export const enumColumn = (title: string, path: string, prefix: string): Column<JsonRow> => ({
  title,
  cell(row) {
    const short = String(valueAt(row, path) ?? '').replace(prefix, '');
    return short === 'UNSPECIFIED' ? '' : short;
  },
});

/** A column with a time on the person's own clock. */
export const timeColumn = (title: string, path: string): Column<JsonRow> => ({
  title,
  cell: (row) => localTime(valueAt(row, path)),
});

/**
 * A time on the person's own clock, to the second.
 *
 * @param value RFC 3339 text or a Date.
 * @returns such as `2026-08-20 14:05:09`; empty for no time.
 */
export function localTime(value: unknown): string {
  const time = value instanceof Date ? value : new Date(String(value));
  // Swedes write times as ISO 8601 does.
  return Number.isNaN(time.getTime()) ? '' : time.toLocaleString('sv-SE');
}
