import { AppError } from '@omnigate/errors';
import type { Logger } from './logger';

/** Something that runs for as long as the process does. */
export interface Part {
  name: string;
  start?(): Promise<void>;
  /** Called once, only after `start` succeeded. */
  stop(): Promise<void>;
}

/** Parts that run. */
export interface RunningParts {
  /**
   * Stops all in reverse order; a second call returns the first's promise.
   * @throws AppError DEADLINE_EXCEEDED when a part did not stop in time; what was to stop after it was not stopped
   */
  stop(): Promise<void>;
}

/** What runParts needs. */
export interface RunOptions {
  logger: Logger;
  /** For stopping all of them together, in milliseconds; default 30,000. */
  deadlineMs?: number;
}

/**
 * Starts parts in order. When one fails to start, those before it are stopped in reverse and the failure is thrown.
 * @param parts what the later ones need comes first
 */
export async function runParts(parts: Part[], options: RunOptions): Promise<RunningParts> {
  const started: Part[] = [];
  try {
    for (const part of parts) {
      await part.start?.();
      started.push(part);
    }
  } catch (error) {
    await stopAll(started, options).catch(() => undefined); // already logged; the first failure is the one to tell
    throw error;
  }
  let stopped: Promise<void> | undefined;
  return { stop: () => (stopped ??= stopAll(started, options)) };
}

async function stopAll(parts: Part[], { logger, deadlineMs = 30_000 }: RunOptions): Promise<void> {
  let current = '';
  const expired = Promise.withResolvers<never>();
  const watchdog = setTimeout(() => {
    logger.error({ part: current, deadline_ms: deadlineMs, open: openResources() }, 'stop hangs');
    expired.reject(new AppError('DEADLINE_EXCEEDED', { part: current }));
  }, deadlineMs);
  try {
    for (const part of parts.toReversed()) {
      current = part.name;
      await Promise.race([stopOne(part, logger), expired.promise]);
    }
  } finally {
    clearTimeout(watchdog);
  }
}

async function stopOne(part: Part, logger: Logger): Promise<void> {
  try {
    await part.stop();
  } catch (error) {
    logger.error({ part: part.name, err: error }, 'stop failed');
  }
}

// Kinds of what keeps the event loop alive, with their number, such as { TCPSocketWrap: 2 }.
function openResources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
