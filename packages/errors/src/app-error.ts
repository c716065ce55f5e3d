import { type ErrorCode, type ErrorRow, errorTable } from './error-table';

/** What is wrong with one field of a request. */
export interface FieldViolation {
  /** Path in the proto's own names, such as `resources[0].spec.type`. */
  field: string;
  /** What is wrong and what is expected; never the value where it may be a secret. */
  description: string;
}

/** What an AppError may carry beside its code and metadata. */
export interface AppErrorOptions {
  fields?: FieldViolation[];
  /** Ask the caller to wait so many milliseconds. */
  retryAfterMs?: number;
  /** For our own logs; never leaves the process. */
  cause?: unknown;
}

// Symbol.for, so that Jest realms and a second copy of this package still know each other's errors.
const brand = Symbol.for('omnigate.AppError');

/** The one error that crosses parts of Omnigate: thrown in a domain, translated at the edges (rpc, http, consumer). */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly [brand] = true;
  readonly code: ErrorCode;
  readonly metadata: Record<string, string>;
  readonly fields: FieldViolation[];
  readonly retryAfterMs?: number;

  /**
   * @param code a row of the error table; the message comes from its template
   * @param metadata values for the template and for the caller; no personal data, no secrets
   */
  constructor(code: ErrorCode, metadata: Record<string, string> = {}, options: AppErrorOptions = {}) {
    const { fields = [], retryAfterMs, cause } = options;
    super(
      renderMessage(errorTable[code].message, metadata, fields),
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.metadata = metadata;
    this.fields = fields;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }

  /** The same request may succeed later, unchanged. */
  get retryable(): boolean {
    return errorRow(this.code).retryable;
  }
}

/**
 * Returns the row of a code.
 * @param code one of the table
 */
export function errorRow(code: ErrorCode): ErrorRow {
  return errorTable[code];
}

/**
 * Says whether something thrown is an AppError, of this code if one is given.
 * @param error anything that was thrown
 * @param code only this code
 */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false;
  return code === undefined || (error as AppError).code === code;
}

/**
 * Makes an AppError of anything thrown: itself, CANCELLED for an abort, DEADLINE_EXCEEDED for a timed-out signal,
 * else INTERNAL with the thrown thing as its cause.
 * @param error anything that was thrown
 */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  return new AppError(codeOfThrown(error), {}, { cause: error });
}

function codeOfThrown(error: unknown): ErrorCode {
  const name = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
  if (name === 'AbortError') return 'CANCELLED';
  if (name === 'TimeoutError') return 'DEADLINE_EXCEEDED';
  return 'INTERNAL';
}

// `{name}` and `{: name}`: what is around the name inside the braces shows only where there is a value.
const placeholder = /\{([^\w}]*)(\w+)\}/g;

function renderMessage(template: string, metadata: Record<string, string>, fields: FieldViolation[]): string {
  const text = template.replace(placeholder, (_, lead: string, name: string) =>
    metadata[name] ? lead + metadata[name] : '',
  );
  if (fields.length === 0) return text;
  return `${text} ${fields.map((violation) => `${violation.field}: ${violation.description}`).join('; ')}`;
}
