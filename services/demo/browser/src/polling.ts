/** Between two looks, while the page is seen. */
const everyMs = 1_500;

/**
 * Looks again and again while the page is seen, and at once when asked.
 *
 * @param look asks the server; what it throws is told to `failed`.
 * @param failed gets undefined when it works again.
 * @returns looks at once.
 */
export function startPolling(
  look: () => Promise<void>,
  failed: (error: unknown) => void,
): () => Promise<void> {
  let running: Promise<void> | undefined;
  const now = (): Promise<void> =>
    (running ??= look()
      .then(() => failed(undefined), failed)
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
