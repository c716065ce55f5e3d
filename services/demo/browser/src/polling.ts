/** How to look. */
export interface PollingOptions {
  /** Between two looks, while the page is seen. */
  everyMs: number;
  /** Asks the server. */
  look(): Promise<void>;
  /** Is told once that looking fails, and once that it works again. */
  onLost(lost: boolean): void;
}

/**
 * Looks again and again while the page is seen, and at once when asked.
 *
 * @returns looks at once.
 */
export function startPolling({ everyMs, look, onLost }: PollingOptions): () => Promise<void> {
  let lost = false;
  let running: Promise<void> | undefined;
  const told = (now: boolean): void => {
    if (now !== lost) onLost(now);
    lost = now;
  };
  const now = (): Promise<void> =>
    (running ??= look()
      .then(
        () => told(false),
        () => told(true),
      )
      .finally(() => (running = undefined)));
  setInterval(() => {
    if (document.visibilityState === 'visible') void now();
  }, everyMs);
  void now();
  return async () => {
    await running;
    await now();
  };
}
