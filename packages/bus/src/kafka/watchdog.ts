import type { Logger } from '@omnigate/runtime';

/** What a watchdog watches. */
export interface WatchdogOptions {
  /** No progress for so long, while there is something to read, means stuck. */
  stuckAfterMs: number;
  /**
   * Whether something waits to be handled, as far as one knows.
   * @throws where Kafka does not answer
   */
  hasWork(): Promise<boolean>;
  /** Whether it waits for something else than kafkajs, such as a database that is away: to begin again is of no use. */
  isBusy(): boolean;
  /** Begins the member again. */
  restart(): void;
  /** It was begun again, and still does not get on. */
  onStuck(): void;
  logger: Logger;
}

/** Notices a consumer that does not get on, which kafkajs does not tell. */
export interface Watchdog {
  start(): void;
  stop(): void;
  /** Something was handled. */
  progressed(): void;
  /** False after no progress for twice `stuckAfterMs`. */
  isHealthy(): boolean;
}

/** Makes a watchdog; it sees nothing before `start`. */
export function createWatchdog(o: WatchdogOptions): Watchdog {
  const lookEveryMs = o.stuckAfterMs / 4;
  let timer: NodeJS.Timeout | undefined;
  let lastMs = performance.now();
  /** Since when Kafka has answered every look: it is not the member's fault that nothing came while Kafka was away. */
  let watchedMs = lastMs;
  let restarts = 0;
  let looking = false;

  function watchAnew(): void {
    watchedMs = performance.now();
    restarts = 0;
  }

  function progressed(): void {
    watchAnew();
    lastMs = watchedMs;
  }

  async function look(): Promise<void> {
    if (performance.now() - lastMs < o.stuckAfterMs / 2) return;
    const askedMs = performance.now();
    if (!(await o.hasWork())) return progressed();
    // Kafka was away for a part of this look.
    if (performance.now() - askedMs > lookEveryMs) return watchAnew();
    const silentMs = askedMs - watchedMs;
    if (o.isBusy() || silentMs < o.stuckAfterMs * (restarts + 1)) return;
    restarts += 1;
    o.logger.error({ silent_ms: Math.round(silentMs), restarts }, 'consumer does not get on, is begun again');
    if (restarts > 1) o.onStuck();
    o.restart();
  }

  /** Kafka does not answer. */
  function seesNothing(error: unknown): void {
    watchAnew();
    o.logger.debug({ err: error }, 'watchdog sees nothing');
  }

  return {
    start() {
      progressed();
      timer = setInterval(() => {
        if (looking) return;
        looking = true;
        // A Kafka that is away is no reason to begin again, but none to be well either.
        void look()
          .catch(seesNothing)
          .finally(() => {
            looking = false;
          });
      }, lookEveryMs);
    },
    stop: () => clearInterval(timer),
    progressed,
    isHealthy: () => performance.now() - lastMs < 2 * o.stuckAfterMs,
  };
}
