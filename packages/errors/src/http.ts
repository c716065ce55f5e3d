import { AppError, errorRow, isAppError, toAppError } from './app-error';
import type { ErrorCode } from './error-table';

/** What an HTTP answer says about an error. */
export interface HttpError {
  status: number;
  /** `retry-after` in whole seconds, where the caller should come back. */
  headers: Record<string, string>;
  body: { code: ErrorCode; message: string; metadata: Record<string, string>; fields: AppError['fields'] };
}

const defaultRetryAfterMs = 1_000;

/**
 * Translates anything thrown to what an HTTP caller may see. An error with a `statusCode` of 400 to 499, as HTTP servers
 * throw for what a client did, keeps its meaning. The cause stays here.
 * @param error anything that was thrown
 */
export function toHttpError(error: unknown): HttpError {
  const found = isAppError(error) ? error : (clientFault(error) ?? toAppError(error));
  const appError = found.code === 'INTERNAL' ? new AppError('INTERNAL') : found;
  const { code, message, metadata, fields } = appError;
  return {
    status: errorRow(code).http,
    headers: retryHeaders(appError),
    body: { code, message, metadata, fields },
  };
}

function retryHeaders(error: AppError): Record<string, string> {
  const row = errorRow(error.code);
  if (!row.retryable || (row.http !== 503 && row.http !== 429)) return {};
  return { 'retry-after': String(Math.ceil((error.retryAfterMs ?? defaultRetryAfterMs) / 1_000)) };
}

function clientFault(error: unknown): AppError | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  const status = error.statusCode;
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined;
  return new AppError(codeOfClientStatus(status), {}, { cause: error });
}

function codeOfClientStatus(status: number): ErrorCode {
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'PERMISSION_DENIED';
  if (status === 404) return 'NOT_FOUND';
  if (status === 413) return 'PAYLOAD_TOO_LARGE';
  if (status === 429) return 'RESOURCE_EXHAUSTED';
  return 'PAYLOAD_MALFORMED';
}
