/** One SQL statement. It must hold a single command: several need a transaction. */
export interface Statement {
  /** Prepared once per connection under this name (at most 63 bytes); one name always has the same text. */
  name?: string;
  text: string;
  /** Parameters: strings, numbers, bigints, booleans, Dates, Buffers (sent as binary, never hex), arrays, null. */
  values?: unknown[];
  /** Ask for results in PostgreSQL's binary format: bytea arrives without hex, int8 without digits. */
  binary?: boolean;
}

/** Whatever a statement can be run on: a database (autocommit) or a transaction. */
export interface Queryable {
  /**
   * Runs one statement. int8 arrives as bigint, timestamptz as Date, uuid as string, bytea as Buffer,
   * date as `YYYY-MM-DD`, numeric as string, json parsed.
   * @returns the rows; none for a command without RETURNING
   * @throws AppError DATABASE_UNAVAILABLE when the server can't be reached or the connection broke;
   *   the driver's error (see `sqlState`) when the server refused the statement
   */
  query<Row = Record<string, unknown>>(statement: Statement): Promise<Row[]>;
}

/** Quotes an SQL identifier. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes an SQL string literal (standard_conforming_strings is on). */
export function quoteLiteral(value: string): string {
  return value.includes('\\')
    ? ` E'${value.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
    : `'${value.replaceAll("'", "''")}'`;
}

const plainName = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * A name of ours (schema, role, table) that goes into SQL and startup options as it is.
 * @throws TypeError when it is not lower-case letters, digits and underscores, at most 63
 */
export function plainIdentifier(name: string): string {
  if (!plainName.test(name)) throw new TypeError('A schema, role or table name must match [a-z_][a-z0-9_]*');
  return name;
}
