import type { Metadata } from '@grpc/grpc-js';
import { grpcStatusName, isAppError } from '@omnigate/errors';
import { type Logger, type Metrics, traceFields } from '@omnigate/runtime';
import type { Identity } from './identity';

/** What is known of a call over gRPC while it runs. */
export interface CallRecord {
  /** Such as `omnigate.bot.v1.BotService/Ask`. */
  method: string;
  /** `performance.now()` at its beginning. */
  startedAt: number;
  identity?: Identity;
  /** Of the call's own span, where one is made. */
  traceparent?: string | undefined;
  /** What the handler, or authentication, threw. */
  error?: unknown;
  finished: boolean;
}

/** Notes how calls end. */
export interface CallObserver {
  /** @param code number of the gRPC status; only the first call counts */
  finish(record: CallRecord, code: number): void;
}

/** The record of each running call, by the metadata that the interceptor hands to the handler. */
export const callRecords = new WeakMap<Metadata, CallRecord>();

const internal = 13;

/** Makes the observer: one log line, one count and one duration for every call; no payloads. */
export function createCallObserver({ logger, metrics }: { logger: Logger; metrics: Metrics }): CallObserver {
  const labels = ['method', 'code'];
  const calls = metrics.counter('omnigate_rpc_calls_total', 'Calls over gRPC, by method and status.', labels);
  const seconds = metrics.histogram('omnigate_rpc_duration_seconds', 'Duration of calls over gRPC.', [
    'method',
  ]);
  return {
    finish(record, code) {
      if (record.finished) return;
      record.finished = true;
      const { method } = record;
      const durationMs = performance.now() - record.startedAt;
      calls.labels(method, grpcStatusName(code)).inc();
      seconds.labels(method).observe(durationMs / 1_000);
      log(logger, record, code, durationMs);
    },
  };
}

function log(logger: Logger, record: CallRecord, code: number, durationMs: number): void {
  const level = code === 0 ? 'debug' : code === internal ? 'warn' : 'info';
  if (!logger.isLevelEnabled(level)) return;
  const { method, identity, error } = record;
  const fields = {
    method,
    code: grpcStatusName(code),
    duration_ms: Math.round(durationMs * 10) / 10,
    tenant_id: identity?.tenantId,
    key_name: identity?.keyName,
    ...traceFields(record.traceparent),
    ...(isAppError(error) ? { reason: error.code } : {}),
    ...(code === internal && error !== undefined ? { err: error } : {}),
  };
  logger[level](fields, 'rpc');
}
