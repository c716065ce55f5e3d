import { Metadata, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import type { RpcStatus } from '@omnigate/contracts';
import { type AppError, fromErrorStatus, toAppError, toErrorStatus } from '@omnigate/errors';
import {
  decodeStatusDetails,
  detailsOf,
  encodeStatusDetails,
  statusDetailsKey,
  toRpcStatus,
} from './status-details';

// grpc-message is percent-encoded: up to nine bytes a character.
const maxMessageCharacters = 400;

/**
 * Translates anything thrown to the status of a gRPC answer; never with its cause.
 * @param error anything that was thrown
 */
export function toGrpcStatus(error: unknown): StatusObject {
  const full = toErrorStatus(error);
  const status = { ...full, message: full.message.slice(0, maxMessageCharacters).toWellFormed() };
  const metadata = new Metadata();
  metadata.set(statusDetailsKey, Buffer.from(encodeStatusDetails(status)));
  return { code: status.grpcCode, details: status.message, metadata };
}

/**
 * Translates what a gRPC client call failed with.
 * @param error of grpc-js, or anything else thrown on the way
 */
export function fromGrpcError(error: unknown): AppError {
  if (!isServiceError(error)) return toAppError(error);
  const [bytes] = error.metadata?.get(statusDetailsKey) ?? [];
  const details = Buffer.isBuffer(bytes) ? decodeStatusDetails(bytes) : undefined;
  const status = { grpcCode: error.code, message: error.details, metadata: {}, fields: [], ...details };
  return fromErrorStatus(status, error);
}

/**
 * Translates anything thrown to what an answer about several things says of one of them; never with its cause.
 * @param error anything that was thrown
 */
export const toStatusMessage = (error: unknown): RpcStatus => toRpcStatus(toErrorStatus(error));

/** Translates what toStatusMessage wrote. */
export function fromStatusMessage(status: RpcStatus): AppError {
  return fromErrorStatus({ grpcCode: status.code, message: status.message, ...detailsOf(status) }, undefined);
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error;
}
