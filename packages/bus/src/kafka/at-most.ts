import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits for something, and no longer than so many milliseconds.
 * @throws what `work` threw in this time
 */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
  try {
    await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
