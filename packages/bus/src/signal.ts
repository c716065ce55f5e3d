/** Lets loops sleep until something happens; what happens while a lone one is awake is not missed. */
export interface Signal {
  /** Ends the sleep of all that sleep, or else the next one. */
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
  const sleepers = new Set<() => void>();
  return {
    raise() {
      raised = true;
      for (const wake of sleepers) wake();
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
        sleepers.delete(done);
        resolve();
      }
      sleepers.add(done);
    });
  }
}
