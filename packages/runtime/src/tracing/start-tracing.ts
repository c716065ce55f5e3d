import type * as Exporting from './exporting';
import { setTracer } from './spans';

/** How a process traces. */
export interface TracingOptions {
  /** Name of the process among others, such as `omnigate-routing`. */
  service: string;
  /** `OTEL_EXPORTER_OTLP_ENDPOINT`; without it nothing is traced. */
  endpoint?: string | undefined;
  /** `OTEL_TRACES_SAMPLER_ARG`: share of new traces that are kept, 0 to 1. */
  ratio: number;
}

/**
 * Turns tracing on where there is a collector; without one the SDK is not even loaded. Call it before composing: buses and
 * clients look once.
 * @returns stop hands on what is left, last of all
 */
export function startTracing(o: TracingOptions): { stop(): Promise<void> } {
  const { endpoint } = o;
  if (!endpoint) return { stop: async () => undefined };
  // Loaded only here: it takes time and memory, and most processes never need it.
  const { createProvider } = require('./exporting') as typeof Exporting;
  const provider = createProvider({ ...o, endpoint });
  setTracer(provider.getTracer('omnigate'));
  return {
    async stop() {
      setTracer(undefined);
      // A collector that is away must not make the process fail at its end.
      await provider.shutdown().catch(() => undefined);
    },
  };
}
