/** Waits between attempts. */
export interface Backoff {
  /** Milliseconds to wait before the next attempt. */
  next(): number;
  /** The last attempt worked: start again from the base. */
  reset(): void;
}

/**
 * Makes an exponential back-off with full jitter: anything from 0 to min(maxMs, baseMs · 2ⁿ), so that clients that failed
 * together don't come back together. Source: "Exponential Backoff And Jitter", AWS Architecture Blog.
 * @param o.random 0 ≤ x < 1; default Math.random
 */
export function createBackoff(o: { baseMs: number; maxMs: number; random?: () => number }): Backoff {
  const random = o.random ?? Math.random;
  let attempt = 0;
  return {
    next() {
      const ceiling = Math.min(o.maxMs, o.baseMs * 2 ** attempt);
      if (ceiling < o.maxMs) attempt += 1;
      return Math.floor(random() * ceiling);
    },
    reset() {
      attempt = 0;
    },
  };
}
