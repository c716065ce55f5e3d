import { setTimeout as pause } from 'node:timers/promises';
import { type ErrorCode, isAppError, toAppError } from '@omnigate/errors';
import { createBackoff } from '@omnigate/runtime';

/** A stream that resumes by token. */
export interface Watch<Item extends { resumeToken: string }> {
  /** Opens it after the token; empty means from the beginning of what there is. */
  open(resumeToken: string): AsyncIterable<Item>;
  /** Takes one item; the next comes after it. */
  take(item: Item): Promise<void>;
  /** The connection broke. */
  onLost(): void;
  /** The connection works again after onLost. */
  onBack(): void;
  signal: AbortSignal;
}

/** Waiting does not help against these. */
const final: readonly ErrorCode[] = [
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'NOT_FOUND',
  'INVALID_ARGUMENT',
  'UNIMPLEMENTED',
];

/**
 * Watches until the signal: opens the stream again after the last item that was taken, whenever it breaks.
 *
 * @param watch what to watch.
 * @throws AppError when trying again can not help.
 */
export async function keepWatching<Item extends { resumeToken: string }>(watch: Watch<Item>): Promise<void> {
  const { signal } = watch;
  const backoff = createBackoff({ baseMs: 250, maxMs: 5_000 });
  let token = '';
  let lost = false;
  while (!signal.aborted) {
    try {
      for await (const item of watch.open(token)) {
        if (lost) watch.onBack();
        lost = false;
        backoff.reset();
        await watch.take(item);
        token = item.resumeToken;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (final.includes(toAppError(error).code)) throw error;
      // What the token stood for is gone: begin with what there is.
      if (isAppError(error, 'RESUME_TOKEN_INVALID')) token = '';
    }
    if (signal.aborted) return;
    if (!lost) watch.onLost();
    lost = true;
    await pause(backoff.next(), undefined, { signal }).catch(() => undefined);
  }
}
