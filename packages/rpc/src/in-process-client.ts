import { AppError, toAppError } from '@omnigate/errors';
import { failSpan, SpanKind, traceparentOf } from '@omnigate/runtime';
import { createCallScope, orAborted, untilAborted } from './call-scope';
import { beginCallSpan } from './call-span';
import { type Identity, requireRole, requireTenantNamer } from './identity';
import { requestType } from './message-types';
import type {
  CallContext,
  CallOptions,
  Client,
  ErasedHandler,
  MethodDefinition,
  RpcService,
  ServiceDefinition,
} from './service';

const defaultDeadlineMs = 10_000;
const ourselves: Identity = { tenantId: '', roles: ['service'], keyName: 'in-process' };

/**
 * Makes a client that calls a service's handlers in this process: the same checks of roles and tenants, deadlines and
 * errors as over gRPC, without serialising. What a request leaves out has its default.
 * @param service as defineService made it
 * @param o.identity who calls; default: role service, in no tenant until a call's `tenantId` names one
 */
export function createInProcessClient<D extends ServiceDefinition>(
  service: RpcService<D>,
  o: { identity?: Identity } = {},
): Client<D> {
  const { identity = ourselves } = o;
  const methods = Object.entries<MethodDefinition>(service.definition).map(([name, method]) => {
    const { fromPartial } = requestType(method.path);
    const call: Invocation = {
      path: method.path,
      handler: service.handlers[name] as ErasedHandler,
      allowed: service.allow[name] ?? [],
      identity,
    };
    const invoke = method.responseStream ? invokeStream : invokeUnary;
    return [name, (request: unknown, options?: CallOptions) => invoke(call, fromPartial(request), options)];
  });
  return Object.fromEntries(methods) as Client<D>;
}

interface Invocation {
  path: string;
  handler: ErasedHandler;
  allowed: Parameters<typeof requireRole>[1];
  identity: Identity;
}

async function invokeUnary(call: Invocation, request: unknown, options: CallOptions = {}): Promise<unknown> {
  const { deadlineMs = defaultDeadlineMs, signal, traceparent } = options;
  // Only within a trace, as over gRPC.
  const span = traceparent
    ? beginCallSpan(call.path, 'in_process', SpanKind.INTERNAL, traceparent)
    : undefined;
  const scope = createCallScope({ deadlineMs, ...(signal ? { signal } : {}) });
  try {
    const context = contextOf(call, options, scope);
    context.traceparent = traceparentOf(span) ?? traceparent;
    const work = (async () => call.handler(request as never, context))();
    const response = await orAborted(work, scope.signal);
    span?.end();
    return response;
  } catch (error) {
    failSpan(span, error);
    throw toAppError(error);
  } finally {
    scope.end();
  }
}

function invokeStream(call: Invocation, request: unknown, options: CallOptions = {}): AsyncIterable<unknown> {
  return { [Symbol.asyncIterator]: () => streamOf(call, request, options) };
}

function streamOf(call: Invocation, request: unknown, options: CallOptions): AsyncIterator<unknown> {
  const scope = createCallScope(options);
  let left = false;
  const messages = iterate(call, request, options, scope);
  return {
    async next() {
      try {
        return await messages.next();
      } catch (error) {
        if (left) return { done: true, value: undefined };
        throw toAppError(error);
      }
    },
    async return() {
      left = true;
      scope.abort(new AppError('CANCELLED'));
      await messages.return();
      return { done: true, value: undefined };
    },
  };
}

async function* iterate(
  call: Invocation,
  request: unknown,
  options: CallOptions,
  scope: ReturnType<typeof createCallScope>,
): AsyncGenerator<unknown, void, undefined> {
  try {
    const context = contextOf(call, options, scope);
    yield* untilAborted(call.handler(request as never, context) as AsyncIterable<unknown>, scope.signal);
  } finally {
    scope.end();
  }
}

function contextOf(
  { identity, allowed }: Invocation,
  { tenantId }: CallOptions,
  scope: ReturnType<typeof createCallScope>,
): CallContext {
  requireRole(identity, allowed);
  if (tenantId !== undefined) requireTenantNamer(identity);
  return {
    identity: tenantId === undefined ? identity : { ...identity, tenantId },
    signal: scope.signal,
    ...(scope.deadline ? { deadline: scope.deadline } : {}),
  };
}
