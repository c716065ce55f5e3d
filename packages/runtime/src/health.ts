/** Answer of a readiness check. */
export interface Readiness {
  ready: boolean;
  /** By name; `stopping` is there, false, once the process stops. */
  checks: Record<string, boolean>;
}

/** Whether this process can take work. Being alive needs no check: it answers. */
export interface Health {
  /** @param check false, a rejection or no answer within 2 s means not ready */
  addReadiness(name: string, check: () => boolean | Promise<boolean>): void;
  readiness(): Promise<Readiness>;
  /** From now on not ready, so that nobody sends more work here. */
  setStopping(): void;
  /** Calls back once when the process starts to stop; at once if it does already. */
  onStopping(listener: () => void): void;
}

const checkTimeoutMs = 2_000;

/** Makes the process's health. */
export function createHealth(): Health {
  const checks = new Map<string, () => boolean | Promise<boolean>>();
  const listeners: (() => void)[] = [];
  let stopping = false;
  return {
    addReadiness: (name, check) => void checks.set(name, check),
    async readiness() {
      const results = await Promise.all(
        [...checks].map(async ([name, check]) => [name, await answers(check)] as const),
      );
      if (stopping) results.push(['stopping', false]);
      return { ready: results.every(([, ok]) => ok), checks: Object.fromEntries(results) };
    },
    setStopping() {
      if (stopping) return;
      stopping = true;
      for (const listener of listeners) listener();
    },
    onStopping(listener) {
      if (stopping) listener();
      else listeners.push(listener);
    },
  };
}

async function answers(check: () => boolean | Promise<boolean>): Promise<boolean> {
  const timeout = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => timeout.resolve(false), checkTimeoutMs);
  try {
    return await Promise.race([(async () => check())(), timeout.promise]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
