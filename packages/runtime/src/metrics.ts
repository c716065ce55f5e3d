import { performance } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The process's metrics, in Prometheus' terms. Asking twice for a name returns the same metric. */
export interface Metrics {
  counter(name: string, help: string, labels?: string[]): Counter;
  /** @param buckets upper bounds in the metric's unit; default: 1 ms to 10 s */
  histogram(name: string, help: string, labels?: string[], buckets?: number[]): Histogram;
  /** @param collect called at each scrape, to set the value then */
  gauge(name: string, help: string, labels?: string[], collect?: (gauge: Gauge) => void): Gauge;
  /** The scrape's text, version 0.0.4 of the exposition format. */
  text(): Promise<string>;
  contentType: string;
}

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Makes the process's metrics, with its CPU, memory and event loop among them. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const once = <M>(name: string, make: () => M): M =>
    (registry.getSingleMetric(name) as M | undefined) ?? make();
  const registers = [registry];
  const metrics: Metrics = {
    counter: (name, help, labelNames = []) =>
      once(name, () => new Counter({ name, help, labelNames, registers })),
    histogram: (name, help, labelNames = [], buckets = durationBuckets) =>
      once(name, () => new Histogram({ name, help, labelNames, buckets, registers })),
    gauge: (name, help, labelNames = [], collect) =>
      once(name, () => {
        const gauge: Gauge = new Gauge({
          name,
          help,
          labelNames,
          registers,
          ...(collect ? { collect: () => collect(gauge) } : {}),
        });
        return gauge;
      }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
  addProcessMetrics(metrics);
  return metrics;
}

// Not prom-client's default metrics: their event-loop histogram wakes an idle process a hundred times a second.
function addProcessMetrics(metrics: Metrics): void {
  const gauge = (name: string, help: string, value: () => number) => {
    metrics.gauge(name, help, [], (self) => self.set(value()));
  };
  const cpuSeconds = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  gauge('process_cpu_seconds_total', 'CPU time of the process, user and system.', cpuSeconds);
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  gauge('process_start_time_seconds', 'Start, Unix time.', () => Math.floor(performance.timeOrigin / 1000));
  gauge('nodejs_heap_size_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed);
  gauge('nodejs_external_memory_bytes', 'Memory outside the heap.', () => process.memoryUsage().external);
  let last = performance.eventLoopUtilization();
  gauge(
    'nodejs_eventloop_utilization_ratio',
    'Share of the time since the last scrape that the event loop was busy.',
    () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, last);
      last = now;
      return utilization;
    },
  );
}
