import { toAppError } from '@omnigate/errors';
import type { Logger } from './logger';

/** What is done again and again, and how often. */
export interface RecurringWorkOptions {
  /** Does it once. */
  work(): Promise<void>;
  /** From the end of a run to the next one's beginning; a function is asked after each run. */
  everyMs: number | (() => number);
  /** The first run comes at once; default: after `everyMs`. */
  atOnce?: boolean;
  logger: Logger;
  /** What the log says of a run that failed; the next one comes all the same. */
  failure: string;
}

/** Work that a process does again and again, never twice at the same time. */
export interface RecurringWork {
  /** Does it now, after a run that is under way; a failure is logged. */
  run(): Promise<void>;
  /** Does it by itself from now on; it keeps no process alive. */
  begin(): void;
  /** It was stopped: work that takes long ends early. */
  readonly stopped: boolean;
  /** No further run begins; resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/**
 * Makes work that recurs; nothing is done before `begin` or `run`.
 * @param o what is done, and how often
 */
export function createRecurringWork(o: RecurringWorkOptions): RecurringWork {
  const { everyMs } = o;
  const pauseMs = typeof everyMs === 'number' ? () => everyMs : everyMs;
  let timer: NodeJS.Timeout | undefined;
  let underWay = Promise.resolve();
  let stopped = false;

  async function once(): Promise<void> {
    try {
      await o.work();
    } catch (error) {
      o.logger.warn({ err: toAppError(error) }, o.failure);
    }
  }

  function run(): Promise<void> {
    underWay = underWay.then(once);
    return underWay;
  }

  function schedule(ms: number): void {
    if (stopped) return;
    timer = setTimeout(() => void run().then(() => schedule(pauseMs())), ms).unref();
  }

  return {
    run,
    begin: () => schedule(o.atOnce ? 0 : pauseMs()),
    get stopped() {
      return stopped;
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
