import { AppError } from '@omnigate/errors';

/** The life of one call: ends by being done, cancelled, or late. */
export interface CallScope {
  signal: AbortSignal;
  deadline?: Date;
  /** Ends the call early; no effect once it is done. */
  abort(reason: AppError): void;
  /** Marks it done; the signal no longer changes. */
  end(): void;
}

/**
 * Begins the life of a call.
 * @param o.deadlineMs aborts with DEADLINE_EXCEEDED after so many milliseconds
 * @param o.signal aborts with CANCELLED when it aborts
 */
export function createCallScope(o: { deadlineMs?: number; signal?: AbortSignal }): CallScope {
  const controller = new AbortController();
  const onAbort = () => scope.abort(new AppError('CANCELLED'));
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const scope: CallScope = {
    signal: controller.signal,
    abort(reason) {
      if (ended) return;
      scope.end();
      controller.abort(reason);
    },
    end() {
      ended = true;
      clearTimeout(timer);
      o.signal?.removeEventListener('abort', onAbort);
    },
  };
  if (o.deadlineMs !== undefined) {
    scope.deadline = new Date(Date.now() + o.deadlineMs);
    timer = setTimeout(() => scope.abort(new AppError('DEADLINE_EXCEEDED')), o.deadlineMs);
  }
  if (o.signal?.aborted) onAbort();
  else o.signal?.addEventListener('abort', onAbort, { once: true });
  return scope;
}

/**
 * Waits for work, but no longer than until the signal aborts.
 * @throws what the work threw, or the signal's reason
 */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined); // nobody waits for it any more
    return Promise.reject(signal.reason);
  }
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/**
 * Iterates until the signal aborts, even while the source is silent.
 * @throws what the source threw, or the signal's reason
 */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await orAborted(iterator.next(), signal);
      if (next.done) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } finally {
    // Not awaited: a source that is silent would not return either.
    if (!ended) void iterator.return?.()?.then(undefined, () => undefined);
  }
}
