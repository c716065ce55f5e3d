/** Lets one loop sleep until something happens; what happens while it is awake is not missed. */
export interface Signal {
  /** Ends the sleep under way, or the next one. */
  raise(): void;
  /**
   * Sleeps until `raise`.
   * @param timeoutMs at most so long; default: for ever
   */
  wait(timeoutMs?: number): Promise<void>;
}

/** Makes one that is not raised. */
export function createSignal(): Signal {
  let raised = false;
  let wake: (() => void) | undefined;
  return {
    raise() {
      raised = true;
      wake?.();
    },
    async wait(timeoutMs) {
      if (!raised) await sleep(timeoutMs);
      raised = false;
    },
  };

  function sleep(timeoutMs: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(done, timeoutMs);
      function done(): void {
        clearTimeout(timer);
        wake = undefined;
        resolve();
      }
      wake = done;
    });
  }
}
