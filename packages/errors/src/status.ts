import { AppError, errorRow, type FieldViolation, toAppError } from './app-error';
import { type ErrorCode, isErrorCode } from './error-table';
import { type GrpcStatusName, grpcStatusName, grpcStatusNumber } from './grpc-status';

/** `ErrorInfo.domain` of every error that Omnigate makes. */
export const errorDomain = 'omnigate';

/** What a gRPC answer says about an error; packages/rpc writes it as `google.rpc.Status` with details. */
export interface ErrorStatus {
  /** Number of the gRPC status, 1 to 16. */
  grpcCode: number;
  message: string;
  /** `ErrorInfo.reason`; absent when the other side gave none. */
  reason?: string;
  metadata: Record<string, string>;
  fields: FieldViolation[];
  retryAfterMs?: number;
}

// What a status means when no reason of ours came with it, as from a proxy or the gRPC library itself.
const codeOfStatus: Record<GrpcStatusName, ErrorCode> = {
  OK: 'INTERNAL',
  CANCELLED: 'CANCELLED',
  UNKNOWN: 'INTERNAL',
  INVALID_ARGUMENT: 'INVALID_ARGUMENT',
  DEADLINE_EXCEEDED: 'DEADLINE_EXCEEDED',
  NOT_FOUND: 'NOT_FOUND',
  ALREADY_EXISTS: 'ALREADY_EXISTS',
  PERMISSION_DENIED: 'PERMISSION_DENIED',
  RESOURCE_EXHAUSTED: 'RESOURCE_EXHAUSTED',
  FAILED_PRECONDITION: 'FAILED_PRECONDITION',
  ABORTED: 'ABORTED',
  OUT_OF_RANGE: 'INVALID_ARGUMENT',
  UNIMPLEMENTED: 'UNIMPLEMENTED',
  INTERNAL: 'INTERNAL',
  UNAVAILABLE: 'UNAVAILABLE',
  DATA_LOSS: 'INTERNAL',
  UNAUTHENTICATED: 'UNAUTHENTICATED',
};

/**
 * Translates anything thrown to what a gRPC caller may see. The cause stays here; INTERNAL carries nothing but its code.
 * @param error anything that was thrown
 */
export function toErrorStatus(error: unknown): ErrorStatus {
  const { code, message, metadata, fields, retryAfterMs } = toAppError(error);
  const outward = code === 'INTERNAL' ? new AppError('INTERNAL') : { message, metadata, fields };
  return {
    grpcCode: grpcStatusNumber[errorRow(code).grpc],
    message: outward.message,
    reason: code,
    metadata: outward.metadata,
    fields: outward.fields,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/**
 * Translates a gRPC status back. A reason that this version does not know becomes the code of the status, with the
 * reason and message kept in metadata.
 * @param status what came over the wire
 * @param cause the error of the gRPC library, for our logs
 */
export function fromErrorStatus(status: ErrorStatus, cause?: unknown): AppError {
  const { reason, metadata, fields, retryAfterMs } = status;
  const options = { fields, ...(retryAfterMs === undefined ? {} : { retryAfterMs }), cause };
  if (reason !== undefined && isErrorCode(reason)) return new AppError(reason, metadata, options);
  const code = codeOfStatus[grpcStatusName(status.grpcCode)];
  return new AppError(code, { reason: reason ?? status.message, ...metadata }, options);
}
