/** The names and numbers of gRPC status codes. Source: grpc/doc/statuscodes.md. */
export const grpcStatusNumber = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** Name of a gRPC status code, such as `NOT_FOUND`. */
export type GrpcStatusName = keyof typeof grpcStatusNumber;

const names = new Map<number, GrpcStatusName>(
  Object.entries(grpcStatusNumber).map(([name, number]) => [number, name as GrpcStatusName]),
);

/**
 * Names a gRPC status code.
 * @param number 0 to 16; any other number is `UNKNOWN`, as grpc/doc/statuscodes.md asks
 */
export function grpcStatusName(number: number): GrpcStatusName {
  return names.get(number) ?? 'UNKNOWN';
}
