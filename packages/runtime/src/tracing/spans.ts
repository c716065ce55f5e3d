import { toAppError } from '@omnigate/errors';
import {
  type Context,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';

export { type Span, SpanKind } from '@opentelemetry/api';

// One for the process: a trace runs through every part, and none of them decides whether there is one.
let tracer: Tracer | undefined;

/** Lets spans begin; undefined lets none begin any more. */
export function setTracer(next: Tracer | undefined): void {
  tracer = next;
}

/** Whether spans are made; settled before anything is composed. */
export function isTracing(): boolean {
  return tracer !== undefined;
}

/**
 * Begins a span; undefined without tracing, so that what is not traced costs a comparison.
 * @param name of low cardinality: no ids
 * @param parent a W3C `traceparent`; without one, or with one that can't be read, a new trace begins
 */
export function beginSpan(name: string, kind: SpanKind, parent?: string | null): Span | undefined {
  return tracer?.startSpan(name, { kind }, parent ? contextOf(parent) : ROOT_CONTEXT);
}

/**
 * The context that a span hands on, by a record's header, by metadata or by HTTP; of one that is not sampled too, so that
 * whoever comes next does not decide again.
 * @returns a W3C `traceparent`; undefined without a span
 */
export function traceparentOf(span: Span | undefined): string | undefined {
  if (!span) return undefined;
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${(traceFlags & 1).toString().padStart(2, '0')}`;
}

/** Whether the trace of a W3C `traceparent` is kept. */
export function isSampled(traceparent: string | undefined): boolean {
  const flags = traceparent === undefined ? undefined : pattern.exec(traceparent)?.[3];
  return flags !== undefined && (Number.parseInt(flags, 16) & 1) === 1;
}

/**
 * Ends a span that failed.
 * @param error what was thrown, of which only the code is told; or a code
 */
export function failSpan(span: Span | undefined, error: unknown): void {
  if (!span) return;
  span.setAttribute('error.type', typeof error === 'string' ? error : toAppError(error).code);
  span.setStatus({ code: SpanStatusCode.ERROR }).end();
}

/** The field that ties a log line to its trace; undefined without one, which spreads to nothing. */
export function traceFields(traceparent: string | null | undefined): { trace_id: string } | undefined {
  const traceId = traceparent ? pattern.exec(traceparent)?.[1] : undefined;
  return traceId ? { trace_id: traceId } : undefined;
}

// https://www.w3.org/TR/trace-context/#traceparent-header; later versions begin with the same fields.
const pattern = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

function contextOf(traceparent: string): Context {
  const [, traceId = '', spanId = '', flags = ''] = pattern.exec(traceparent) ?? [];
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(parent) ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
}
