import { AppError, errorTable, isAppError } from '@omnigate/errors';
import { DatabaseError } from 'pg';

const sqlStatePattern = /^[0-9A-Z]{5}$/;

/** Node's codes of a connection that can't be made or broke. */
const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EACCES',
  'EADDRNOTAVAIL',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
]);

/**
 * Node's or the server's code of something thrown. Not by `instanceof Error`: Node's own errors come from another
 * realm under Jest.
 */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/**
 * The SQLSTATE that the server answered with, looked for along the causes.
 * @returns five characters, or undefined when the error isn't the server's
 */
export function sqlState(error: unknown): string | undefined {
  let e = error;
  while (typeof e === 'object' && e !== null) {
    const code = e instanceof DatabaseError ? e.code : undefined;
    if (code && sqlStatePattern.test(code)) return code;
    e = 'cause' in e ? e.cause : undefined;
  }
  return undefined;
}

/** The server is going away or not there: class 08 connection, 57P01–57P05 shutdown and start-up, 53300 no free slot. */
function isServerAway(state: string): boolean {
  return state.startsWith('08') || state.startsWith('57P0') || state === '53300';
}

/** A failure that passes without a change of the statement: retry the same work. */
function isTransientState(state: string): boolean {
  return ['08', '53', '57'].includes(state.slice(0, 2)) || ['40001', '40P01', '55P03'].includes(state);
}

function isConnectionError(error: unknown): boolean {
  return connectionCodes.has(errorCode(error) ?? '');
}

/**
 * Whether the same work may succeed later: SQLSTATE class 08, 53, 57, 40001, 40P01, 55P03, a broken connection,
 * or an AppError whose code is retryable.
 */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  if (state) return isTransientState(state);
  if (isAppError(error)) return errorTable[error.code].retryable || isTransient(error.cause);
  return isConnectionError(error);
}

/** The AppError for a database that can't be reached or whose connection broke; `cause` stays inside. */
export function databaseUnavailable(cause: unknown): AppError {
  return isAppError(cause, 'DATABASE_UNAVAILABLE')
    ? cause
    : new AppError('DATABASE_UNAVAILABLE', {}, { cause });
}

/**
 * Translates a failure of a statement.
 * @param connectionBroke whether the driver reported the connection dead
 * @returns DATABASE_UNAVAILABLE when the server is away; else the error itself
 */
export function statementFailure(error: unknown, connectionBroke: boolean): unknown {
  if (isAppError(error)) return error;
  const state = sqlState(error);
  if (state) return isServerAway(state) ? databaseUnavailable(error) : error;
  return connectionBroke || isConnectionError(error) ? databaseUnavailable(error) : error;
}
