export {
  AppError,
  type AppErrorOptions,
  errorRow,
  type FieldViolation,
  isAppError,
  toAppError,
} from './app-error';
export { type ErrorCode, type ErrorRow, errorTable, isErrorCode } from './error-table';
export { type GrpcStatusName, grpcStatusName, grpcStatusNumber } from './grpc-status';
export { type HttpError, toHttpError } from './http';
export { type ErrorStatus, errorDomain, fromErrorStatus, toErrorStatus } from './status';
