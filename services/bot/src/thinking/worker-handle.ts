import { startThread } from '@omnigate/runtime';
import type { Ask, FromWorker, TenantLoad } from './worker-messages';

/** What happens to a worker's work. */
export interface WorkerEvents {
  message(message: FromWorker): void;
  /** The thread ended, whatever the reason but stop(). */
  ended(error: Error): void;
}

/** One thread. */
export interface WorkerHandle {
  load(load: TenantLoad): void;
  unload(tenantId: string): void;
  /** Sent together with other asks of the same moment. */
  ask(ask: Ask): void;
  /** Numbers of asks that it owes, oldest first. */
  readonly owed: Set<number>;
  /** Keys of the books that were sent to it and are still in use. */
  readonly books: Set<string>;
  /** When it was heard of last, by the clock given. */
  heardAt: number;
  stop(): Promise<void>;
}

/** How a worker is started. */
export interface WorkerOptions {
  file: string;
  /** Limit of the thread's heap; beyond it the thread ends and is replaced. */
  maxHeapMb: number;
  clock: () => number;
}

/** What a turn makes is dead when its answer is out: a small nursery does, where Node's own would hold 50 MB. */
const nurseryMb = 12;

/** Starts a thread; asks of one macrotask travel in one message, since each message costs more than an ask. */
export function startWorker(options: WorkerOptions, events: WorkerEvents): WorkerHandle {
  const worker = startThread(options.file, {
    maxOldGenerationSizeMb: options.maxHeapMb,
    maxYoungGenerationSizeMb: nurseryMb,
  });
  let outbox: Ask[] = [];
  let stopped = false;
  const flush = (): void => {
    const asks = outbox;
    outbox = [];
    worker.postMessage({ kind: 'asks', asks });
  };
  const handle: WorkerHandle = {
    load: (load) => worker.postMessage({ kind: 'load', load }),
    unload: (tenantId) => worker.postMessage({ kind: 'unload', tenantId }),
    ask(ask) {
      if (outbox.length === 0) setImmediate(flush);
      outbox.push(ask);
    },
    owed: new Set(),
    books: new Set(),
    heardAt: options.clock(),
    async stop() {
      stopped = true;
      await worker.terminate();
    },
  };
  let failure: Error | undefined;
  worker.on('message', (message: FromWorker) => {
    handle.heardAt = options.clock();
    events.message(message);
  });
  worker.on('error', (error: Error) => {
    failure = error;
  });
  worker.on('exit', (code) => {
    if (!stopped) events.ended(failure ?? new Error(`the thinking thread ended with ${code}`));
  });
  return handle;
}
