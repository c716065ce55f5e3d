import { type Any, BadRequest, ErrorInfo, RetryInfo, RpcStatus } from '@omnigate/contracts';
import { type ErrorStatus, errorDomain, type FieldViolation } from '@omnigate/errors';

/** Trailer that carries `google.rpc.Status`. Source: googleapis google/rpc/status.proto; grpc-js passes it as bytes. */
export const statusDetailsKey = 'grpc-status-details-bin';

const typePrefix = 'type.googleapis.com/google.rpc.';

// Proxies and other languages' clients refuse trailers of more than 8 KB together; base64 adds a third.
const maxDetailsBytes = 4_500;

/**
 * Encodes an error as `toRpcStatus` writes it, within what a trailer holds.
 * @param status what the caller may see
 * @returns bytes; of many field violations the first that fit
 */
export function encodeStatusDetails(status: ErrorStatus): Uint8Array {
  let { fields } = status;
  for (;;) {
    const encoded = RpcStatus.encode(toRpcStatus({ ...status, fields })).finish();
    if (encoded.length <= maxDetailsBytes || fields.length === 0) return encoded;
    fields = fields.slice(0, Math.floor(fields.length / 2));
  }
}

/**
 * Writes an error as `google.rpc.Status` with ErrorInfo, and BadRequest and RetryInfo where there is such.
 * @param status what the caller may see
 */
export function toRpcStatus(status: ErrorStatus): RpcStatus {
  const { grpcCode, message, reason = '', metadata, fields, retryAfterMs } = status;
  const details = [any('ErrorInfo', ErrorInfo.encode({ reason, domain: errorDomain, metadata }).finish())];
  if (fields.length > 0) {
    details.push(
      any('BadRequest', BadRequest.encode(BadRequest.fromPartial({ fieldViolations: fields })).finish()),
    );
  }
  if (retryAfterMs !== undefined) {
    const retryDelay = {
      seconds: BigInt(Math.floor(retryAfterMs / 1_000)),
      nanos: Math.round(retryAfterMs % 1_000) * 1e6,
    };
    details.push(any('RetryInfo', RetryInfo.encode({ retryDelay }).finish()));
  }
  return { code: grpcCode, message, details };
}

const any = (type: string, value: Uint8Array): Any => ({
  typeUrl: typePrefix + type,
  value: Buffer.from(value),
});

/**
 * Reads what encodeStatusDetails, or a server in another language, wrote.
 * @param bytes of the trailer
 * @returns nothing when the bytes are no `google.rpc.Status`
 */
export function decodeStatusDetails(
  bytes: Uint8Array,
): Omit<ErrorStatus, 'grpcCode' | 'message'> | undefined {
  try {
    return detailsOf(RpcStatus.decode(bytes));
  } catch {
    return undefined;
  }
}

/**
 * Reads what toRpcStatus, or a server in another language, wrote.
 * @throws Error when its details are malformed
 */
export function detailsOf({ details }: RpcStatus): Omit<ErrorStatus, 'grpcCode' | 'message'> {
  const find = (type: string) => details.find(({ typeUrl }) => typeUrl === typePrefix + type)?.value;
  return {
    ...errorInfoOf(find('ErrorInfo')),
    fields: fieldsOf(find('BadRequest')),
    ...retryOf(find('RetryInfo')),
  };
}

function errorInfoOf(bytes: Uint8Array | undefined): Pick<ErrorStatus, 'reason' | 'metadata'> {
  if (!bytes) return { metadata: {} };
  const { reason, metadata } = ErrorInfo.decode(bytes);
  return { reason, metadata };
}

function fieldsOf(bytes: Uint8Array | undefined): FieldViolation[] {
  if (!bytes) return [];
  return BadRequest.decode(bytes).fieldViolations.map(({ field, description }) => ({ field, description }));
}

function retryOf(bytes: Uint8Array | undefined): Pick<ErrorStatus, 'retryAfterMs'> {
  const delay = bytes && RetryInfo.decode(bytes).retryDelay;
  return delay ? { retryAfterMs: Number(delay.seconds) * 1_000 + delay.nanos / 1e6 } : {};
}
