import {
  type Metadata,
  ResponderBuilder,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  ServerListenerBuilder,
  status,
} from '@grpc/grpc-js';
import { type Authentication, identify } from './authentication';
import { type CallObserver, type CallRecord, callRecords } from './call-record';
import { toGrpcStatus } from './grpc-error';
import type { Role } from './identity';

/** What the interceptor needs. */
export interface InterceptorOptions extends Authentication {
  /** Roles by path; a path that is not there (health, reflection) is open. */
  allow: ReadonlyMap<string, readonly Role[]>;
  observer: CallObserver;
  /** Calls to open paths that are under way. */
  openCalls: Set<ServerInterceptingCallInterface>;
}

/**
 * Makes the one interceptor: it authenticates before a byte of the request is read, hands the identity on by the call's
 * record, and has every end of a call noted.
 */
export function createServerInterceptor(options: InterceptorOptions): ServerInterceptor {
  return (method, call) => {
    const allowed = options.allow.get(method.path);
    return allowed ? guardedCall(method.path, allowed, call, options) : openCall(call, options.openCalls);
  };
}

function openCall(
  call: ServerInterceptingCallInterface,
  openCalls: InterceptorOptions['openCalls'],
): ServerInterceptingCall {
  openCalls.add(call);
  const listener = new ServerListenerBuilder().withOnCancel(() => openCalls.delete(call)).build();
  return new ServerInterceptingCall(call, { start: (next) => next(listener) });
}

function guardedCall(
  path: string,
  allowed: readonly Role[],
  call: ServerInterceptingCallInterface,
  options: InterceptorOptions,
): ServerInterceptingCall {
  const { observer } = options;
  const record: CallRecord = { method: path.slice(1), startedAt: performance.now(), finished: false };
  const admit = async (metadata: Metadata, next: (metadata: Metadata) => void): Promise<void> => {
    try {
      record.identity = await identify(metadata, allowed, options);
    } catch (error) {
      record.error = error;
      const refusal = toGrpcStatus(error);
      observer.finish(record, refusal.code);
      call.sendStatus(refusal);
      return;
    }
    callRecords.set(metadata, record);
    next(metadata);
  };
  const listener = new ServerListenerBuilder()
    .withOnReceiveMetadata((metadata, next) => void admit(metadata, next))
    .withOnCancel(() => observer.finish(record, endWithoutStatus(call)))
    .build();
  const responder = new ResponderBuilder()
    .withStart((next) => next(listener))
    .withSendStatus((sent, next) => {
      observer.finish(record, sent.code ?? status.OK);
      next(sent);
    })
    .build();
  return new ServerInterceptingCall(call, responder);
}

// grpc-js answers a passed deadline below the interceptors and then calls it a cancellation.
function endWithoutStatus(call: ServerInterceptingCallInterface): number {
  return remainingMs(call.getDeadline()) <= 0 ? status.DEADLINE_EXCEEDED : status.CANCELLED;
}

/**
 * Milliseconds until a deadline of grpc-js; Infinity when there is none.
 * @param deadline as `getDeadline()` gives it
 */
export function remainingMs(deadline: Date | number): number {
  return Number(deadline) - Date.now();
}
