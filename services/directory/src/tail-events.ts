import type { Bus, BusRecord } from '@omnigate/bus';

/** What a reader that is too slow is kept waiting with. */
const maximumWaiting = 1000;

/** An event of the tenant, or how many were left out because the reader was too slow. */
export type Tailed = { record: BusRecord } | { leftOut: number };

/**
 * Follows topics and keeps one tenant's records.
 *
 * @param bus the bus
 * @param tail topics and tenant
 * @param signal ends it
 * @returns records as they come, until the signal
 * @throws what the follow throws when it can not start
 */
export async function* tailEvents(
  bus: Bus,
  tail: { topics: string[]; tenantId: string },
  signal: AbortSignal,
): AsyncGenerator<Tailed> {
  let waiting: BusRecord[] = [];
  let leftOut = 0;
  let wake = (): void => undefined;
  const take = (records: BusRecord[]): void => {
    waiting.push(...records.filter((record) => record.tenantId === tail.tenantId));
    const excess = Math.max(0, waiting.length - maximumWaiting);
    waiting.splice(0, excess);
    leftOut += excess;
    wake();
  };
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  const follower = bus.follow({ topics: tail.topics, handle: take });
  try {
    await follower.ready;
    while (!signal.aborted) {
      if (leftOut > 0) yield { leftOut };
      leftOut = 0;
      const batch = waiting;
      waiting = [];
      for (const record of batch) yield { record };
      if (waiting.length === 0 && leftOut === 0 && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    await follower.stop();
  }
}
