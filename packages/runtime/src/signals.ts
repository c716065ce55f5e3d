import type { Metrics } from './metrics';

/** The five signals that every adapter and consumer gives, bound to one part of Omnigate. */
export interface Signals {
  received(count?: number): void;
  done(count?: number): void;
  /** @param stage where it failed, such as `verify`, `publish` or `send` */
  failed(stage: string, count?: number): void;
  /** @param seconds from taking a thing up to having done it */
  duration(seconds: number): void;
  /** @param seconds between a thing's being there and its being taken up */
  lag(seconds: number): void;
}

/**
 * Binds the five signals (`omnigate_received_total`, `omnigate_done_total`, `omnigate_failed_total`,
 * `omnigate_duration_seconds`, `omnigate_lag_seconds`) to a part.
 * @param metrics the process's
 * @param part such as `channel-webhooks` or `routing.received`
 */
export function createSignals(metrics: Metrics, part: string): Signals {
  const labels = ['part'];
  const received = metrics.counter('omnigate_received_total', 'Things taken up.', labels).labels(part);
  const done = metrics.counter('omnigate_done_total', 'Things done.', labels).labels(part);
  const failed = metrics.counter('omnigate_failed_total', 'Things that failed, by stage.', [
    ...labels,
    'stage',
  ]);
  const duration = metrics.histogram('omnigate_duration_seconds', 'Time to do a thing.', labels).labels(part);
  const lag = metrics.gauge('omnigate_lag_seconds', 'Time a thing waited.', labels).labels(part);
  return {
    received: (count) => received.inc(count),
    done: (count) => done.inc(count),
    failed: (stage, count) => failed.labels(part, stage).inc(count),
    duration: (seconds) => duration.observe(seconds),
    lag: (seconds) => lag.set(seconds),
  };
}
