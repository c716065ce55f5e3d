import { type BotSettings, botSettings } from '../domain/bot-settings';
import { type BookArticle, buildBook, type KnowledgeBook } from '../domain/knowledge-book';
import { createMessageRules, type MessageRules } from '../domain/message-rules';
import type { Bot } from '../domain/turn';
import type { TenantLoad } from './worker-messages';

/** The tenants that a worker can think for. Equal knowledge is built once, equal settings are compiled once. */
export interface TenantShelf {
  /** The bot of a tenant, or undefined before its first load is done. */
  botOf(tenantId: string): Bot | undefined;
  /** Whether the tenant's first load is still under way. */
  isLoading(tenantId: string): boolean;
  /** Starts a load; `done` is called when the tenant's bot is the new one, or the load failed or was overtaken. */
  load(load: TenantLoad, done: (error?: string) => void): void;
  unload(tenantId: string): void;
  /** Builds for a slice of time; false when there is nothing left to build. */
  work(sliceMs: number, clock: () => number): boolean;
}

interface Shelved {
  book?: KnowledgeBook;
  building: Generator<void, KnowledgeBook>;
  waiting: { load: TenantLoad; done: (error?: string) => void }[];
  tenants: Set<string>;
}

interface Compiled {
  settings: BotSettings;
  rules: MessageRules;
}

function createRuleCache(): (settings: Partial<BotSettings>) => Compiled {
  const compiled = new Map<string, Compiled>();
  return (given) => {
    const key = JSON.stringify(given);
    let found = compiled.get(key);
    if (found === undefined) {
      const settings = botSettings(given);
      found = { settings, rules: createMessageRules(settings) };
      if (compiled.size >= 100) compiled.clear();
      compiled.set(key, found);
    }
    return found;
  };
}

export function createTenantShelf(): TenantShelf {
  const books = new Map<string, Shelved>();
  const tenants = new Map<string, { bot?: Bot; bookKey: string; load: number }>();
  const compile = createRuleCache();

  function release(tenantId: string, bookKey: string): void {
    const shelved = books.get(bookKey);
    shelved?.tenants.delete(tenantId);
    if (shelved === undefined || shelved.tenants.size > 0) return;
    books.delete(bookKey);
    for (const { done } of shelved.waiting.splice(0)) done();
  }

  function settle(book: KnowledgeBook, load: TenantLoad): void {
    const tenant = tenants.get(load.tenantId);
    if (tenant === undefined || tenant.load !== load.load) return;
    tenant.bot = { book, ...compile(load.settings), idOf: (name) => load.ids.get(name) ?? '' };
  }

  function finish(shelved: Shelved, book: KnowledgeBook): void {
    shelved.book = book;
    for (const { load, done } of shelved.waiting.splice(0)) {
      settle(book, load);
      done();
    }
  }

  function shelve(load: TenantLoad): Shelved {
    const found = books.get(load.bookKey);
    if (found !== undefined) return found;
    const articles: BookArticle[] = JSON.parse(load.articles ?? '[]');
    const shelved = {
      building: buildBook(articles, botSettings(load.settings)),
      waiting: [],
      tenants: new Set<string>(),
    };
    books.set(load.bookKey, shelved);
    return shelved;
  }

  function step(shelved: Shelved): void {
    try {
      const next = shelved.building.next();
      if (next.done) finish(shelved, next.value);
    } catch (error) {
      for (const [key, other] of books) if (other === shelved) books.delete(key);
      for (const { done } of shelved.waiting.splice(0))
        done(error instanceof Error ? error.message : String(error));
    }
  }

  return {
    botOf: (tenantId) => tenants.get(tenantId)?.bot,
    isLoading: (tenantId) => tenants.has(tenantId) && tenants.get(tenantId)?.bot === undefined,
    load(load, done) {
      const before = tenants.get(load.tenantId);
      const shelved = shelve(load);
      shelved.tenants.add(load.tenantId);
      if (before !== undefined && before.bookKey !== load.bookKey) release(load.tenantId, before.bookKey);
      tenants.set(load.tenantId, {
        ...(before?.bot && { bot: before.bot }),
        bookKey: load.bookKey,
        load: load.load,
      });
      if (shelved.book === undefined) {
        shelved.waiting.push({ load, done });
        return;
      }
      settle(shelved.book, load);
      done();
    },
    unload(tenantId) {
      const tenant = tenants.get(tenantId);
      tenants.delete(tenantId);
      if (tenant !== undefined) release(tenantId, tenant.bookKey);
    },
    work(sliceMs, clock) {
      const end = clock() + sliceMs;
      for (const shelved of [...books.values()]) {
        while (shelved.waiting.length > 0 && clock() < end) step(shelved);
      }
      return [...books.values()].some((shelved) => shelved.waiting.length > 0);
    },
  };
}
