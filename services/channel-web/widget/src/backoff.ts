/** Waits between tries to connect: doubling from 0.5 s to 30 s, with full jitter above a floor of 200 ms. */
export function createBackoff(random: () => number = Math.random) {
  let tries = 0;
  return {
    next(): number {
      const ceiling = Math.min(30_000, 500 * 2 ** tries);
      tries += 1;
      return 200 + Math.floor(random() * ceiling);
    },
    reset(): void {
      tries = 0;
    },
  };
}
