import {
  type ChannelOptions,
  type ClientReadableStream,
  credentials,
  type CallOptions as GrpcCallOptions,
  Client as GrpcClient,
  Metadata,
} from '@grpc/grpc-js';
import { failSpan, SpanKind, traceparentOf } from '@omnigate/runtime';
import { tenantKey } from './authentication';
import { createCallScope } from './call-scope';
import { beginCallSpan } from './call-span';
import { fromGrpcError } from './grpc-error';
import { requestType } from './message-types';
import {
  type CallOptions,
  type Client,
  type MethodDefinition,
  type ServiceDefinition,
  serviceName,
} from './service';

/** What createClient needs. */
export interface ClientOptions {
  /** `host:port`, or `dns:///name:port` for every address behind a name. */
  address: string;
  apiKey?: string;
  /** Tenant of calls that name none, by name or id; for operator and service keys. */
  tenant?: string;
  /** Deadline of unary calls that name none, in milliseconds; default 10,000. */
  deadlineMs?: number;
  /** Methods, in camelCase, that may be repeated though their name does not say so, such as those with a request_id. */
  idempotent?: readonly string[];
}

interface Connection {
  grpc: GrpcClient;
  options: ClientOptions;
}

const defaultDeadlineMs = 10_000;
const readsOnly = /^(?:get|list|resolve|explain|authenticate|snapshot|query)[A-Z]/;

/**
 * Makes a client of a service over gRPC. A unary call always has a deadline; UNAVAILABLE is retried, at most twice more,
 * for methods that only read or are named idempotent.
 * @param definition such as `BotServiceService` of @omnigate/contracts
 */
export function createClient<D extends ServiceDefinition>(
  definition: D,
  options: ClientOptions,
): Client<D> & { close(): void } {
  const grpc = new GrpcClient(
    options.address,
    credentials.createInsecure(),
    channelOptions(definition, options),
  );
  const connection: Connection = { grpc, options };
  const methods = Object.entries<MethodDefinition>(definition).map(([name, method]) => {
    const { fromPartial } = requestType(method.path);
    const invoke = method.responseStream ? invokeStream : invokeUnary;
    return [
      name,
      (request: unknown, call: CallOptions = {}) => invoke(connection, method, fromPartial(request), call),
    ];
  });
  return { ...(Object.fromEntries(methods) as Client<D>), close: () => grpc.close() };
}

function channelOptions(definition: ServiceDefinition, { idempotent = [] }: ClientOptions): ChannelOptions {
  const service = serviceName(definition);
  const repeatable = Object.entries(definition).filter(
    ([name]) => readsOnly.test(name) || idempotent.includes(name),
  );
  const name = repeatable.map(([, { path }]) => ({ service, method: path.slice(path.lastIndexOf('/') + 1) }));
  const serviceConfig = {
    loadBalancingConfig: [{ round_robin: {} }],
    ...(name.length > 0
      ? { methodConfig: [{ name, retryPolicy }], retryThrottling: { maxTokens: 10, tokenRatio: 0.1 } }
      : {}),
  };
  return {
    'grpc.service_config': JSON.stringify(serviceConfig),
    'grpc.service_config_disable_resolution': 1,
    'grpc.max_receive_message_length': 16 * 1024 * 1024,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 5_000,
    'grpc.enable_http_proxy': 0,
  };
}

// Source: gRFC A6.
const retryPolicy = {
  maxAttempts: 3,
  initialBackoff: '0.1s',
  maxBackoff: '1s',
  backoffMultiplier: 2,
  retryableStatusCodes: ['UNAVAILABLE'],
};

function invokeUnary(
  { grpc, options }: Connection,
  method: MethodDefinition,
  request: unknown,
  o: CallOptions,
): Promise<unknown> {
  const deadlineMs = o.deadlineMs ?? options.deadlineMs ?? defaultDeadlineMs;
  const scope = createCallScope(o.signal ? { signal: o.signal } : {});
  // Only within a trace: what a process asks for itself begins none.
  const span = o.traceparent ? beginCallSpan(method.path, 'grpc', SpanKind.CLIENT, o.traceparent) : undefined;
  return new Promise((resolve, reject) => {
    const call = grpc.makeUnaryRequest(
      method.path,
      method.requestSerialize as (value: unknown) => Buffer,
      method.responseDeserialize,
      request,
      metadataOf(options, o, traceparentOf(span)),
      { deadline: Date.now() + deadlineMs },
      (error, response) => {
        scope.end();
        if (error) {
          const failure = fromGrpcError(error);
          failSpan(span, failure);
          reject(failure);
        } else {
          span?.end();
          resolve(response);
        }
      },
    );
    onAbort(scope.signal, () => call.cancel());
  });
}

function invokeStream(
  connection: Connection,
  method: MethodDefinition,
  request: unknown,
  o: CallOptions,
): AsyncIterable<unknown> {
  return { [Symbol.asyncIterator]: () => readAll(openStream(connection, method, request, o), o) };
}

function openStream(
  { grpc, options }: Connection,
  method: MethodDefinition,
  request: unknown,
  o: CallOptions,
): ClientReadableStream<unknown> {
  const callOptions: GrpcCallOptions =
    o.deadlineMs === undefined ? {} : { deadline: Date.now() + o.deadlineMs };
  const serialize = method.requestSerialize as (value: unknown) => Buffer;
  const metadata = metadataOf(options, o);
  return grpc.makeServerStreamRequest(
    method.path,
    serialize,
    method.responseDeserialize,
    request,
    metadata,
    callOptions,
  );
}

function readAll(call: ClientReadableStream<unknown>, o: CallOptions): AsyncIterator<unknown> {
  const scope = createCallScope(o.signal ? { signal: o.signal } : {});
  onAbort(scope.signal, () => call.cancel());
  const messages = call[Symbol.asyncIterator]();
  let left = false;
  return {
    async next() {
      try {
        const next = await messages.next();
        if (next.done) scope.end();
        return next;
      } catch (error) {
        scope.end();
        if (left) return { done: true, value: undefined };
        throw fromGrpcError(error);
      }
    },
    async return() {
      left = true;
      scope.end();
      call.on('error', () => undefined); // the cancellation that comes back
      call.cancel();
      return { done: true, value: undefined };
    },
  };
}

function metadataOf(
  { apiKey, tenant }: ClientOptions,
  { tenantId = tenant, traceparent: caller }: CallOptions,
  traceparent = caller,
): Metadata {
  const metadata = new Metadata();
  if (apiKey) metadata.set('authorization', `Bearer ${apiKey}`);
  if (tenantId) metadata.set(tenantKey, tenantId);
  if (traceparent) metadata.set('traceparent', traceparent);
  return metadata;
}

function onAbort(signal: AbortSignal, act: () => void): void {
  if (signal.aborted) act();
  else signal.addEventListener('abort', act, { once: true });
}
