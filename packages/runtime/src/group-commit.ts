import { AppError } from '@omnigate/errors';
import { createFairQueue } from './fair-queue';
import { type Pace, pace as processPace } from './pace';

/** What groupCommit needs. */
export interface GroupCommitOptions<Item, Result> {
  /** At most so many items a flush; default 512. */
  maxItems?: number;
  /** Waiting items beyond this are refused with OVERLOADED; those of the tenant that has the most go first. */
  maxPending: number;
  /**
   * A flush begins no sooner than so long after the last one began, so that a busy system has large groups and a lone
   * item no delay; default 0. While the process is busy it is up to three times as long.
   */
  lingerMs?: number;
  /** Says how much longer; default: the process's. */
  pace?: Pace;
  /** Whose an item is; flushes then take of all tenants in turn. */
  tenantOf?(item: Item): string;
  /**
   * Makes all items durable together.
   * @returns a result for each item, in order, or nothing
   * @throws rejects exactly these items
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a flush may return nothing
  flush(items: Item[]): Promise<Result[] | void>;
}

/** Collects single items into groups. */
export interface GroupCommit<Item, Result> {
  /**
   * Adds an item to the next flush.
   * @returns its result, when the flush is done
   * @throws AppError OVERLOADED, or what the flush threw
   */
  add(item: Item): Promise<Result>;
  /** Resolves when nothing waits and nothing is under way. */
  drain(): Promise<void>;
}

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Makes single items share one commit: items that arrive while a flush is under way form the next one, so a busy system
 * has large groups and an idle one no delay. One flush at a time; order is kept within a tenant.
 */
export function groupCommit<Item, Result = void>(
  o: GroupCommitOptions<Item, Result>,
): GroupCommit<Item, Result> {
  const { maxItems = 512, maxPending, lingerMs = 0, pace = processPace, tenantOf = () => '' } = o;
  const queue = createFairQueue<Waiting<Item, Result>>();
  const idle: (() => void)[] = [];
  let scheduled = false;
  let beganMs = Number.NEGATIVE_INFINITY;

  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    // setImmediate: everything that the event loop has read by now joins the group.
    const waitMs = beganMs + pace.lingerMs(lingerMs) - performance.now();
    if (waitMs > 0 && queue.size < maxItems) setTimeout(run, waitMs);
    else setImmediate(run);
  }

  function run(): void {
    void flushNext().finally(() => {
      scheduled = false;
      if (queue.size > 0) schedule();
      else for (const resolve of idle.splice(0)) resolve();
    });
  }

  async function flushNext(): Promise<void> {
    beganMs = performance.now();
    const group = queue.take(maxItems);
    try {
      const results = await o.flush(group.map((waiting) => waiting.item));
      if (results && results.length !== group.length) throw new AppError('INTERNAL');
      for (const [index, waiting] of group.entries()) waiting.resolve(results?.[index] as Result);
    } catch (error) {
      for (const waiting of group) waiting.reject(error);
    }
  }

  function makeRoom(tenant: string): boolean {
    if (queue.size < maxPending) return true;
    const evicted = queue.evictFor(tenant);
    evicted?.reject(new AppError('OVERLOADED'));
    return evicted !== undefined;
  }

  return {
    add(item) {
      const tenant = tenantOf(item);
      if (!makeRoom(tenant)) return Promise.reject(new AppError('OVERLOADED'));
      return new Promise<Result>((resolve, reject) => {
        queue.push(tenant, { item, resolve, reject });
        schedule();
      });
    },
    drain: () => (scheduled ? new Promise((resolve) => idle.push(resolve)) : Promise.resolve()),
  };
}
