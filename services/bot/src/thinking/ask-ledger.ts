import { AppError } from '@omnigate/errors';
import type { BotResult } from '../domain/bot-result';
import type { WorkerHandle } from './worker-handle';
import type { Answer } from './worker-messages';

interface Waiting {
  resolve(result: BotResult): void;
  reject(error: AppError): void;
  worker: WorkerHandle;
  since: number;
}

/** The asks that wait for an answer, oldest first. */
export interface AskLedger {
  readonly size: number;
  /** Books an ask with a worker; rejects when its time is over. */
  add(number: number, worker: WorkerHandle): Promise<BotResult>;
  settle(answer: Answer): void;
  /** Rejects all that a worker owes. */
  reject(worker: WorkerHandle, reason: string, cause: Error): void;
}

/** How long asks wait. */
export interface AskLedgerOptions {
  timeoutMs: number;
  clock: () => number;
  /** A worker that said nothing for the whole time of an ask. */
  onHung(worker: WorkerHandle): void;
}

/** Keeps the asks under way, with one timer for all: they have the same time and so expire in the order they came. */
export function createAskLedger({ timeoutMs, clock, onHung }: AskLedgerOptions): AskLedger {
  const asks = new Map<number, Waiting>();
  let timer: NodeJS.Timeout | undefined;

  function take(number: number): Waiting | undefined {
    const waiting = asks.get(number);
    asks.delete(number);
    waiting?.worker.owed.delete(number);
    return waiting;
  }

  function watch(): void {
    const oldest = asks.values().next();
    if (timer !== undefined || oldest.done) return;
    timer = setTimeout(expire, Math.max(1, oldest.value.since + timeoutMs - clock()));
    timer.unref();
  }

  function expire(): void {
    timer = undefined;
    for (const [number, waiting] of asks) {
      if (clock() - waiting.since < timeoutMs) break;
      take(number)?.reject(new AppError('BOT_TIMEOUT'));
      if (waiting.worker.heardAt < waiting.since) onHung(waiting.worker);
    }
    watch();
  }

  return {
    get size() {
      return asks.size;
    },
    add(number, worker) {
      worker.owed.add(number);
      return new Promise((resolve, reject) => {
        asks.set(number, { resolve, reject, worker, since: clock() });
        watch();
      });
    },
    settle(answer) {
      const waiting = take(answer.ask);
      if ('result' in answer) waiting?.resolve(answer.result);
      else waiting?.reject(new AppError('INTERNAL', {}, { cause: new Error(answer.error) }));
    },
    reject(worker, reason, cause) {
      for (const number of [...worker.owed])
        take(number)?.reject(new AppError('UNAVAILABLE', { reason }, { cause }));
    },
  };
}
