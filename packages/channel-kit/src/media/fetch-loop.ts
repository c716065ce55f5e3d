import { createBackoff } from '@omnigate/runtime';

/** What the loop turns round. */
export interface FetchLoopOptions<File extends { tenantId: string }> {
  /** @param o.except tenants that have enough under way */
  claim(o: { count: number; except: readonly string[] }): Promise<File[]>;
  /** @returns ms until something is due, negative where it is; undefined where nothing waits */
  nextMs(): Promise<number | undefined>;
  /** Does one file; must not throw. */
  work(file: File): Promise<void>;
  onFailure(error: unknown): void;
}

/** Work that is claimed a bounded number at once. */
export interface FetchLoop {
  /** There may be something to claim. */
  wake(): void;
  /** Claims no more, and waits for what is under way. */
  stop(): Promise<void>;
}

const slots = 8;
/** Of one tenant, so that a provider that hangs leaves slots for others. */
const tenantSlots = 6;
/** Claims of a process that died lapse unseen. */
const lookMs = 10_000;

/** Makes the loop; it sleeps until it is woken, something falls due, or a slot is free again. */
export function createFetchLoop<File extends { tenantId: string }>(o: FetchLoopOptions<File>): FetchLoop {
  const underWay = new Map<Promise<void>, string>();
  const backoff = createBackoff({ baseMs: 100, maxMs: 5_000 });
  let timer: NodeJS.Timeout | undefined;
  let looping: Promise<void> | undefined;
  let woken = false;
  let stopped = false;

  function wake(): void {
    woken = true;
    if (!stopped) looping ??= loop();
  }

  async function loop(): Promise<void> {
    clearTimeout(timer);
    let pauseMs = 0;
    while (woken && !stopped) {
      woken = false;
      pauseMs = await round();
    }
    looping = undefined;
    if (!stopped) timer = setTimeout(wake, pauseMs);
  }

  /** @returns ms to sleep unless it is woken */
  async function round(): Promise<number> {
    const count = slots - underWay.size;
    if (count === 0) return lookMs;
    try {
      const claimed = await o.claim({ count, except: busyTenants() });
      for (const file of claimed) begin(file);
      backoff.reset();
      if (claimed.length > 0) return 0;
      const nextMs = await o.nextMs();
      // What is due already waits for a slot of its tenant, whose end wakes.
      return nextMs === undefined || nextMs <= 0 ? lookMs : Math.min(nextMs + 1, lookMs);
    } catch (error) {
      o.onFailure(error);
      return 50 + backoff.next();
    }
  }

  function busyTenants(): string[] {
    const counts = Map.groupBy(underWay.values(), (tenantId) => tenantId);
    return [...counts].flatMap(([tenantId, { length }]) => (length >= tenantSlots ? [tenantId] : []));
  }

  function begin(file: File): void {
    const work = o.work(file).finally(() => {
      underWay.delete(work);
      wake();
    });
    underWay.set(work, file.tenantId);
  }

  return {
    wake,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looping;
      await Promise.all(underWay.keys());
    },
  };
}
