export { type Backoff, createBackoff } from './backoff';
export { type Clock, systemClock } from './clock';
export { describeConfig, loadConfig } from './config';
export { createFairQueue, type FairQueue } from './fair-queue';
export { type GroupCommit, type GroupCommitOptions, groupCommit } from './group-commit';
export { createHealth, type Health, type Readiness } from './health';
export { eventIdOf, newId } from './ids';
export { createLogger, type Logger, type LoggerOptions } from './logger';
export { createMetrics, type Metrics } from './metrics';
export { registerOperations } from './operations';
export { type Pace, pace } from './pace';
export { type Part, type RunningParts, type RunOptions, runParts } from './parts';
export { maskPersonalData } from './personal-data';
export { createRecurringWork, type RecurringWork } from './recurring-work';
export { sanitizeText } from './sanitize-text';
export type { ServiceApp } from './service-app';
export { createSignals, type Signals } from './signals';
export { startThread } from './thread/start-thread';
export { tracingConfig } from './tracing/config';
export {
  beginSpan,
  failSpan,
  isSampled,
  isTracing,
  type Span,
  SpanKind,
  traceFields,
  traceparentOf,
} from './tracing/spans';
export { startTracing, type TracingOptions } from './tracing/start-tracing';
