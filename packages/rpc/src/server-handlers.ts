import { once } from 'node:events';
import type {
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedHandleCall,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { AppError } from '@omnigate/errors';
import { failSpan, SpanKind, traceparentOf } from '@omnigate/runtime';
import { textOf } from './authentication';
import { type CallRecord, callRecords } from './call-record';
import { type CallScope, createCallScope, orAborted, untilAborted } from './call-scope';
import { beginCallSpan } from './call-span';
import { toGrpcStatus } from './grpc-error';
import { remainingMs } from './server-interceptor';
import type { CallContext, ErasedHandler, RpcService } from './service';

/** What a call from outside without a deadline gets, unless it is a stream. */
const defaultDeadlineMs = 30_000;

type AnyCall = ServerUnaryCall<unknown, unknown> | ServerWritableStream<unknown, unknown>;

/**
 * Turns a service's handlers into those of grpc-js.
 * @param service as defineService made it
 * @param running holds the scope of every call that is under way
 */
export function grpcHandlers(service: RpcService, running: Set<RunningCall>): UntypedServiceImplementation {
  const entries = Object.entries(service.definition).map(([name, method]) => {
    const handler = service.handlers[name] as ErasedHandler;
    return [
      name,
      method.responseStream ? streamHandler(handler, running) : unaryHandler(method.path, handler, running),
    ];
  });
  return Object.fromEntries(entries) as UntypedServiceImplementation;
}

/** A call that is under way. */
export interface RunningCall {
  scope: CallScope;
  stream: boolean;
}

function unaryHandler(path: string, handler: ErasedHandler, running: Set<RunningCall>): UntypedHandleCall {
  return (call: ServerUnaryCall<unknown, unknown>, respond: sendUnaryData<unknown>) => {
    const { record, context, begun } = begin(call, running, defaultDeadlineMs);
    const span = beginCallSpan(path, 'grpc', SpanKind.SERVER, context.traceparent);
    if (span) context.traceparent = record.traceparent = traceparentOf(span);
    const work = (async () => handler(call.request as never, context))();
    orAborted(work, context.signal)
      .then((response) => {
        span?.end();
        respond(null, response);
      })
      .catch((error: unknown) => {
        record.error = error;
        failSpan(span, error);
        respond(toGrpcStatus(error));
      })
      .finally(() => end(begun, running));
  };
}

function streamHandler(handler: ErasedHandler, running: Set<RunningCall>): UntypedHandleCall {
  return (call: ServerWritableStream<unknown, unknown>) => {
    const { record, context, begun } = begin(call, running);
    writeAll(call, handler, context)
      .then(() => call.end())
      .catch((error: unknown) => {
        record.error = error;
        call.emit('error', toGrpcStatus(error));
      })
      .finally(() => end(begun, running));
  };
}

async function writeAll(
  call: ServerWritableStream<unknown, unknown>,
  handler: ErasedHandler,
  context: CallContext,
): Promise<void> {
  const { signal } = context;
  const messages = handler(call.request as never, context) as AsyncIterable<unknown>;
  for await (const message of untilAborted(messages, signal)) {
    // A slow reader holds the handler up, not our memory.
    if (!call.write(message)) await orAborted(once(call, 'drain'), signal);
  }
}

function begin(call: AnyCall, running: Set<RunningCall>, defaultMs?: number) {
  const record = callRecords.get(call.metadata) as CallRecord; // the interceptor let the call in
  const remaining = remainingMs(call.getDeadline());
  const deadlineMs = Number.isFinite(remaining) ? Math.max(0, remaining) : defaultMs;
  const scope = createCallScope(deadlineMs === undefined ? {} : { deadlineMs });
  const begun: RunningCall = { scope, stream: defaultMs === undefined };
  running.add(begun);
  // grpc-js says so of each call that ends, after its answer too.
  call.on('cancelled', () => running.has(begun) && scope.abort(endOf(call)));
  return { record, begun, context: contextOf(call, record, scope) };
}

// grpc-js calls a passed deadline a cancellation.
function endOf(call: AnyCall): AppError {
  return new AppError(remainingMs(call.getDeadline()) <= 0 ? 'DEADLINE_EXCEEDED' : 'CANCELLED');
}

function contextOf(call: AnyCall, record: CallRecord, { signal, deadline }: CallScope): CallContext {
  const traceparent = textOf(call.metadata, 'traceparent');
  return {
    identity: record.identity as CallContext['identity'],
    signal,
    ...(deadline ? { deadline } : {}),
    ...(traceparent ? { traceparent } : {}),
  };
}

function end(call: RunningCall, running: Set<RunningCall>): void {
  call.scope.end();
  running.delete(call);
}
