import { createHash } from 'node:crypto';
import { AppError } from '@omnigate/errors';
import type { BotSettings } from '../domain/bot-settings';
import type { KnowledgeArticle } from '../domain/knowledge-article';
import type { WorkerHandle } from './worker-handle';
import type { TenantLoad } from './worker-messages';

/** What a tenant brings. */
export interface TenantKnowledge {
  tenantId: string;
  revision: string;
  articles: readonly KnowledgeArticle[];
  settings: Partial<BotSettings>;
}

interface Entry extends TenantLoad {
  revision: string;
  done: Promise<void>;
}

interface Loading {
  resolve(): void;
  reject(error: AppError): void;
  /** Workers that still owe it. */
  missing: number;
  tenantId: string;
}

/** Every tenant's knowledge, kept so that a new worker can have it; equal articles are kept once. */
export interface TenantLoads {
  has(tenantId: string): boolean;
  /** Takes a tenant's knowledge and sends it to the workers; the same revision again does nothing. */
  put(knowledge: TenantKnowledge, workers: readonly WorkerHandle[]): Promise<void>;
  remove(tenantId: string, workers: readonly WorkerHandle[]): void;
  /** Sends everything to a worker that is new. */
  sendAll(worker: WorkerHandle): void;
  /** A worker has loaded something, or failed to. */
  settle(load: number, error?: string): void;
  /** Rejects the loads that are under way. */
  rejectAll(): void;
}

function bookSource({ articles, settings }: TenantKnowledge): { key: string; text: string } {
  const text = JSON.stringify(articles.map(({ id: _id, ...article }) => article));
  const phrases = JSON.stringify([settings.colloquialPhrases ?? [], settings.ticketTypes ?? []]);
  return { key: createHash('sha256').update(text).update('\0').update(phrases).digest('base64'), text };
}

/** Books by key with the tenants that use them; mirrors what the workers hold. */
function createBookTexts() {
  const books = new Map<string, { text: string; tenants: Set<string> }>();
  return {
    textOf: (key: string): string | undefined => books.get(key)?.text,
    use(key: string, text: string, tenantId: string): void {
      const book = books.get(key) ?? { text, tenants: new Set<string>() };
      books.set(key, book);
      book.tenants.add(tenantId);
    },
    /** True if nobody uses it any more. */
    release(key: string, tenantId: string): boolean {
      const book = books.get(key);
      book?.tenants.delete(tenantId);
      return book?.tenants.size === 0 && books.delete(key);
    },
  };
}

export function createTenantLoads(): TenantLoads {
  const tenants = new Map<string, Entry>();
  const loadings = new Map<number, Loading>();
  const books = createBookTexts();
  let loads = 0;

  function send(worker: WorkerHandle, { tenantId, load, bookKey, settings, ids }: Entry): void {
    const articles = worker.books.has(bookKey) ? undefined : books.textOf(bookKey);
    worker.books.add(bookKey);
    worker.load({ tenantId, load, bookKey, settings, ids, ...(articles !== undefined && { articles }) });
  }

  function release(key: string, tenantId: string, workers: readonly WorkerHandle[]): void {
    if (books.release(key, tenantId)) for (const worker of workers) worker.books.delete(key);
  }

  function enter(knowledge: TenantKnowledge, key: string, missing: number): Entry {
    const { tenantId, revision, settings } = knowledge;
    loads += 1;
    const load = loads;
    const ids = new Map(knowledge.articles.map((article) => [article.name, article.id]));
    const done = new Promise<void>((resolve, reject) =>
      loadings.set(load, { resolve, reject, missing, tenantId }),
    );
    const entry = { tenantId, revision, load, bookKey: key, settings, ids, done };
    tenants.set(tenantId, entry);
    return entry;
  }

  function fail(loading: Loading, error: AppError): void {
    // So that the same revision may be tried again.
    const entry = tenants.get(loading.tenantId);
    if (entry !== undefined) entry.revision = '';
    loading.reject(error);
  }

  return {
    has: (tenantId) => tenants.has(tenantId),
    put(knowledge, workers) {
      const before = tenants.get(knowledge.tenantId);
      if (before?.revision === knowledge.revision) return before.done;
      const { key, text } = bookSource(knowledge);
      books.use(key, text, knowledge.tenantId);
      const entry = enter(knowledge, key, Math.max(1, workers.length));
      for (const worker of workers) send(worker, entry);
      if (before !== undefined && before.bookKey !== key)
        release(before.bookKey, knowledge.tenantId, workers);
      return entry.done;
    },
    remove(tenantId, workers) {
      const entry = tenants.get(tenantId);
      if (entry === undefined) return;
      tenants.delete(tenantId);
      for (const worker of workers) worker.unload(tenantId);
      release(entry.bookKey, tenantId, workers);
    },
    sendAll(worker) {
      for (const entry of tenants.values()) send(worker, entry);
    },
    settle(load, error) {
      const loading = loadings.get(load);
      if (loading === undefined) return;
      loading.missing -= 1;
      if (error === undefined && loading.missing > 0) return;
      loadings.delete(load);
      if (error === undefined) loading.resolve();
      else fail(loading, new AppError('INTERNAL', {}, { cause: new Error(error) }));
    },
    rejectAll() {
      for (const loading of loadings.values())
        fail(loading, new AppError('UNAVAILABLE', { reason: 'the bot stops' }));
      loadings.clear();
    },
  };
}
