import type { AppError } from '@omnigate/errors';
import type { Identity, Role } from './identity';

/** One method as ts-proto generates it (`outputServices=grpc-js`). */
export interface MethodDefinition {
  /** Such as `/omnigate.bot.v1.BotService/Ask`. */
  path: string;
  requestStream: boolean;
  responseStream: boolean;
  requestSerialize(value: never): Buffer;
  requestDeserialize(bytes: Buffer): unknown;
  responseSerialize(value: never): Buffer;
  responseDeserialize(bytes: Buffer): unknown;
}

/** A service as ts-proto generates it, such as `BotServiceService`; keys are methods in camelCase. */
export type ServiceDefinition = Record<string, MethodDefinition>;

type RequestOf<M> = M extends { requestDeserialize(bytes: Buffer): infer Request } ? Request : never;
type ResponseOf<M> = M extends { responseDeserialize(bytes: Buffer): infer Response } ? Response : never;

/** What a handler knows of a call beside its request. */
export interface CallContext {
  /** Who calls; `tenantId` is the tenant that the call is about. */
  identity: Identity;
  /** Aborts when the caller is gone or the deadline has passed; its reason is an AppError. */
  signal: AbortSignal;
  deadline?: Date;
  /** W3C trace context of the call: of its own span, or the caller's where nothing is traced. */
  traceparent?: string | undefined;
}

/** The handlers of a service: unary methods resolve, server streams are iterated as fast as the caller reads. */
export type Handlers<D> = {
  [M in keyof D]: D[M] extends { responseStream: true }
    ? (request: RequestOf<D[M]>, context: CallContext) => AsyncIterable<ResponseOf<D[M]>>
    : (request: RequestOf<D[M]>, context: CallContext) => Promise<ResponseOf<D[M]>>;
};

/** A handler whose types were checked by defineService. */
export type ErasedHandler = (request: never, context: CallContext) => unknown;

/** A service with its handlers and who may call them. */
export interface RpcService<D extends ServiceDefinition = ServiceDefinition> {
  definition: D;
  allow: Readonly<Record<string, readonly Role[]>>;
  handlers: Readonly<Record<string, ErasedHandler>>;
}

/**
 * Puts a service together, checked against its definition.
 * @param definition such as `BotServiceService` of @omnigate/contracts
 * @param allow for every method the roles that may call it; any one of them is enough
 * @param handlers one for every method
 */
export function defineService<D extends ServiceDefinition>(
  definition: D,
  allow: Record<keyof D, readonly Role[]>,
  handlers: Handlers<D>,
): RpcService<D> {
  return { definition, allow, handlers: handlers as RpcService['handlers'] };
}

/** A request as a caller may write it: what is left out has its default. */
export type DeepPartial<T> = T extends Date | Uint8Array | string | number | boolean | bigint | undefined
  ? T
  : T extends ReadonlyArray<infer Item>
    ? ReadonlyArray<DeepPartial<Item>>
    : T extends { $case: string; value: unknown }
      ? { $case: T['$case']; value?: DeepPartial<T['value']> }
      : T extends object
        ? { [K in keyof T]?: DeepPartial<T[K]> }
        : Partial<T>;

/** How one call differs from the client's defaults. */
export interface CallOptions {
  /** The tenant that the call is about, by id or (over gRPC) by name; for operator and service identities. */
  tenantId?: string;
  /** Milliseconds; unary calls have the client's default, streams none. */
  deadlineMs?: number;
  /** Cancels the call. */
  signal?: AbortSignal;
  /** W3C trace context that the call belongs to. */
  traceparent?: string | undefined;
}

/**
 * A client of a service, the same over gRPC and in process. Every failure is an {@link AppError}. A stream begins when it
 * is iterated and is cancelled when the loop is left.
 */
export type Client<D> = {
  [M in keyof D]: D[M] extends { responseStream: true }
    ? (request: DeepPartial<RequestOf<D[M]>>, options?: CallOptions) => AsyncIterable<ResponseOf<D[M]>>
    : (request: DeepPartial<RequestOf<D[M]>>, options?: CallOptions) => Promise<ResponseOf<D[M]>>;
};

/**
 * Names the service of a definition.
 * @returns such as `omnigate.bot.v1.BotService`
 */
export function serviceName(definition: ServiceDefinition): string {
  const [first] = Object.values(definition);
  return first?.path.split('/')[1] ?? '';
}
