/** Keeps a system that does not answer from being asked again and again. */
export interface Circuit {
  /** Whether it may be asked now; after a rest one request alone tries whether it answers again. */
  admits(): boolean;
  /** It answered, whatever it said. */
  succeeded(): void;
  /** It did not answer, or with a failure of its own. */
  failed(): void;
  /** Requests are held back. */
  readonly isOpen: boolean;
}

const failuresToOpen = 5;
const restMs = 10_000;

/**
 * Makes a closed circuit: it opens after five failures in a row, for ten seconds each time.
 *
 * @param now milliseconds of a clock that never goes back.
 * @returns the circuit.
 */
export function createCircuit(now: () => number): Circuit {
  let failures = 0;
  let openUntil: number | undefined;
  let probing = false;
  return {
    admits() {
      if (openUntil === undefined) return true;
      if (probing || now() < openUntil) return false;
      probing = true;
      return true;
    },
    succeeded() {
      failures = 0;
      openUntil = undefined;
      probing = false;
    },
    failed() {
      failures += 1;
      if (!probing && failures < failuresToOpen) return;
      openUntil = now() + restMs;
      probing = false;
    },
    get isOpen() {
      return openUntil !== undefined;
    },
  };
}
