import { extname, join } from 'node:path';
import { AppError } from '@omnigate/errors';
import type { BotResult } from '../domain/bot-result';
import type { BotSettings } from '../domain/bot-settings';
import type { KnowledgeArticle } from '../domain/knowledge-article';
import type { TurnInput } from '../domain/turn-input';
import { type AskLedger, createAskLedger } from './ask-ledger';
import { createTenantLoads, type TenantLoads } from './tenant-loads';
import { startWorker, type WorkerHandle } from './worker-handle';
import type { FromWorker } from './worker-messages';

/** Thinks in worker threads, so that the main thread stays free. */
export interface Thinker {
  /**
   * Takes a tenant's articles and settings; the old ones answer until the new ones are ready.
   *
   * @param revision names this state; the same one again does nothing
   * @param settings what the tenant has set; the rest is default
   * @throws AppError INTERNAL if they can't be used, UNAVAILABLE when the thinker closes
   */
  load(
    tenantId: string,
    revision: string,
    articles: readonly KnowledgeArticle[],
    settings?: Partial<BotSettings>,
  ): Promise<void>;
  /**
   * Thinks about a turn.
   *
   * @throws AppError BOT_BUSY with too many waiting, BOT_TIMEOUT, UNAVAILABLE when the thread ended meanwhile,
   * FAILED_PRECONDITION for a tenant that is not loaded, INTERNAL
   */
  think(tenantId: string, input: TurnInput): Promise<BotResult>;
  /** Forgets a tenant. */
  unload(tenantId: string): void;
  /** Ends the threads; what still waits rejects with UNAVAILABLE. */
  close(): Promise<void>;
}

/** How a thinker works. */
export interface ThinkerOptions {
  /** Threads. */
  workers: number;
  /** Asks that may wait or be thought about at once. */
  maxQueue: number;
  /** An ask that is older rejects; a thread that was silent for so long is replaced. */
  timeoutMs: number;
  /** Heap of a thread at most, in MB; default 512. */
  maxHeapMb?: number;
  /** The thread's program; tests give their own. */
  workerFile?: string;
}

const DEFAULT_HEAP_MB = 512;
const RETRY_AFTER_MS = 1_000;
/** A thread that ends sooner than this after its start is not started again before it. */
const RESTART_DELAY_MS = 500;
/** Compiled or source, as this file is. */
const WORKER_FILE = join(__dirname, `thinking-worker${extname(__filename)}`);

const clock = (): number => performance.now();

/** The threads: as many as wanted, each replaced when it ends or hangs. */
class WorkerPool {
  readonly workers: WorkerHandle[] = [];
  readonly asks: AskLedger;
  private closed = false;

  constructor(
    private readonly options: ThinkerOptions,
    private readonly loads: TenantLoads,
  ) {
    this.asks = createAskLedger({
      timeoutMs: options.timeoutMs,
      clock,
      onHung: (worker) => this.abandon(worker),
    });
    for (let i = 0; i < options.workers; i += 1) this.start();
  }

  /** The thread with the least to do, or undefined while the only one restarts. */
  idlest(): WorkerHandle | undefined {
    return this.workers.reduce<WorkerHandle | undefined>(
      (a, b) => (a && a.owed.size <= b.owed.size ? a : b),
      undefined,
    );
  }

  async close(): Promise<void> {
    this.closed = true;
    const workers = this.workers.splice(0);
    for (const worker of workers) this.asks.reject(worker, 'the bot stops', new Error('the thinker closes'));
    this.loads.rejectAll();
    await Promise.all(workers.map((worker) => worker.stop()));
  }

  private start(): void {
    if (this.closed) return;
    const { workerFile: file = WORKER_FILE, maxHeapMb = DEFAULT_HEAP_MB } = this.options;
    const startedAt = clock();
    const worker = startWorker(
      { file, maxHeapMb, clock },
      {
        message: (message) => this.receive(message),
        ended: (error) =>
          this.replace(worker, error, clock() - startedAt < RESTART_DELAY_MS ? RESTART_DELAY_MS : 0),
      },
    );
    this.workers.push(worker);
    this.loads.sendAll(worker);
  }

  private receive(message: FromWorker): void {
    if (message.kind === 'loaded') this.loads.settle(message.load, message.error);
    else for (const answer of message.answers) this.asks.settle(answer);
  }

  private replace(worker: WorkerHandle, cause: Error, delayMs: number): void {
    const place = this.workers.indexOf(worker);
    if (place === -1) return;
    this.workers.splice(place, 1);
    this.asks.reject(worker, 'the bot restarts', cause);
    if (delayMs === 0) this.start();
    else setTimeout(() => this.start(), delayMs).unref();
  }

  private abandon(worker: WorkerHandle): void {
    void worker.stop();
    this.replace(worker, new Error('the thinking thread hangs'), 0);
  }
}

/**
 * Starts the threads.
 *
 * @returns at once; the questions of a tenant that is being loaded wait
 */
export function createThinker(options: ThinkerOptions): Thinker {
  const loads = createTenantLoads();
  const pool = new WorkerPool(options, loads);
  let asked = 0;

  async function think(tenantId: string, input: TurnInput): Promise<BotResult> {
    if (!loads.has(tenantId)) throw new AppError('FAILED_PRECONDITION', { reason: 'no knowledge is loaded' });
    if (pool.asks.size >= options.maxQueue)
      throw new AppError('BOT_BUSY', {}, { retryAfterMs: RETRY_AFTER_MS });
    const worker = pool.idlest();
    if (worker === undefined) throw new AppError('UNAVAILABLE', { reason: 'the bot restarts' });
    asked += 1;
    worker.ask({ ask: asked, tenantId, input });
    return pool.asks.add(asked, worker);
  }

  return {
    load: (tenantId, revision, articles, settings = {}) =>
      loads.put({ tenantId, revision, articles, settings }, pool.workers),
    think,
    unload: (tenantId) => loads.remove(tenantId, pool.workers),
    close: () => pool.close(),
  };
}
