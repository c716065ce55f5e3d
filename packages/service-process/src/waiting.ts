import { isTransient } from '@omnigate/database';
import { AppError, toAppError } from '@omnigate/errors';
import { createBackoff, type Logger } from '@omnigate/runtime';

/** What waiting needs. */
export interface WaitOptions {
  /** What is waited for, in the log. */
  what: string;
  logger: Logger;
  /** Ends the waiting at once. */
  signal: AbortSignal;
}

const backoffBaseMs = 100;
const backoffMaxMs = 3_000;
/** While an installation starts, some wait for others: that is told once, and what goes on for longer is a warning. */
const warnEveryMs = 10_000;

/**
 * Tries until it works, for as long as what it needs is away.
 *
 * @param attempt what to try.
 * @param options how to wait.
 * @returns what the attempt returned.
 * @throws AppError CANCELLED when the signal aborts; what the attempt threw when trying again can't help.
 */
export async function untilThere<T>(attempt: () => Promise<T>, options: WaitOptions): Promise<T> {
  const { what, logger, signal } = options;
  const backoff = createBackoff({ baseMs: backoffBaseMs, maxMs: backoffMaxMs });
  const tell = createTeller(logger, what);
  for (;;) {
    try {
      return await unlessAborted(attempt(), signal);
    } catch (error) {
      if (signal.aborted || !isTransient(error)) throw error;
      tell(error);
      await unlessAborted(pause(backoffBaseMs + backoff.next()), signal);
    }
  }
}

/** By its code alone: where a failure that is expected came from would fill the log. */
function createTeller(logger: Logger, what: string): (error: unknown) => void {
  let toldMs: number | undefined;
  return (error) => {
    const nowMs = performance.now();
    if (toldMs !== undefined && nowMs - toldMs < warnEveryMs) return;
    const level = toldMs === undefined ? 'info' : 'warn';
    toldMs = nowMs;
    logger[level]({ code: toAppError(error).code, waits_for: what }, 'not there yet');
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Waits for work unless the process is to end: what can't be cancelled ends with it.
 *
 * @param work what to wait for.
 * @param signal ends the waiting at once.
 * @returns what the work returned.
 * @throws AppError CANCELLED when the signal aborts; else what the work threw.
 */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const cancelled = () => new AppError('CANCELLED');
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(cancelled());
  }
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(cancelled());
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
