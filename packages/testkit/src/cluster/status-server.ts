import { createHealth, createMetrics, type Part } from '@omnigate/runtime';
import { createHttpServer } from '@omnigate/service-process';
import { mergeMetrics } from './merge-metrics';
import type { Probe } from './probe';

/** A process whose health and metrics are shown. */
export interface WatchedProcess {
  name: string;
  /** Base URL of its HTTP port. */
  url: string;
  ready: Probe;
}

const scrapeTimeoutMs = 5_000;

/**
 * Makes the server that answers for all processes together: /readyz is 200 when everyone's is, /metrics has everyone's.
 *
 * @param processes whom it asks.
 * @param port where it listens, on loopback.
 * @returns the part that runs it.
 */
export function createStatusServer(processes: readonly WatchedProcess[], port: number): Part {
  const health = createHealth();
  for (const { name, ready } of processes) health.addReadiness(name, ready);
  const metrics = { ...createMetrics(), text: () => scrape(processes) };
  const server = createHttpServer({ health, metrics });
  return {
    name: 'status',
    async start() {
      await server.listen({ host: '127.0.0.1', port });
    },
    stop: () => server.close(),
  };
}

async function scrape(processes: readonly WatchedProcess[]): Promise<string> {
  const texts = await Promise.all(
    processes.map(async ({ name, url }) => [name, await metricsOf(url)] as const),
  );
  return mergeMetrics(new Map(texts));
}

/** One that is just being started again has none. */
async function metricsOf(url: string): Promise<string> {
  try {
    const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(scrapeTimeoutMs) });
    return response.ok ? await response.text() : '';
  } catch {
    return '';
  }
}
