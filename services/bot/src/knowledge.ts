import type { Bus, Follower } from '@omnigate/bus';
import { type RegistryServiceService, type Resource, ResourceChanged, topics } from '@omnigate/contracts';
import { toAppError } from '@omnigate/errors';
import type { Client } from '@omnigate/rpc';
import type { Logger } from '@omnigate/runtime';
import type { TicketTypeSpec } from '@omnigate/ticket-form';
import { type KnowledgeArticle, knowledgeArticleSpec } from './domain/knowledge-article';
import { type TicketType, ticketForm } from './domain/ticket-type';

const articleKind = 'KnowledgeArticle';
const ticketKind = 'TicketType';
const kinds = new Set([articleKind, ticketKind]);

interface TenantKnowledge {
  /** Of each kind. */
  revisions: { articles: string; ticketTypes: string };
  articles: KnowledgeArticle[];
  ticketTypes: TicketType[];
  stale: boolean;
  /** A load under way, or the last one. */
  loading: Promise<void>;
}

/** Each tenant's articles and kinds of tickets, as the directory holds them. */
export interface Knowledge {
  /** Resolves when the tenant's articles are loaded and no known change is missing. */
  ready(tenantId: string): Promise<readonly KnowledgeArticle[]>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What a tenant's bot knows. */
export interface LoadedKnowledge {
  articles: readonly KnowledgeArticle[];
  ticketTypes: readonly TicketType[];
}

/** What loading needs. */
export interface KnowledgeDeps {
  registry: Client<typeof RegistryServiceService>;
  bus: Bus;
  logger: Logger;
  /** Takes what a tenant's bot knows when something of it is new. */
  onLoaded(tenantId: string, revision: string, knowledge: LoadedKnowledge): Promise<void>;
}

/**
 * Loads articles when a tenant's first question comes, and again when resource.changed tells of a change.
 *
 * @param deps where articles are, and who takes them.
 * @returns the loader.
 */
export function createKnowledge(deps: KnowledgeDeps): Knowledge {
  const tenants = new Map<string, TenantKnowledge>();
  let follower: Follower | undefined;

  async function loadArticles(tenantId: string, entry: TenantKnowledge): Promise<boolean> {
    const snapshot = await snapshotOf(tenantId, articleKind, entry.revisions.articles);
    if (snapshot === undefined) return false;
    entry.articles = oldestFirst(snapshot.resources)
      .map((resource) => toArticle(deps.logger, tenantId, resource))
      .filter((article) => article !== undefined);
    entry.revisions.articles = snapshot.revision;
    return true;
  }

  async function loadTicketTypes(tenantId: string, entry: TenantKnowledge): Promise<boolean> {
    const snapshot = await snapshotOf(tenantId, ticketKind, entry.revisions.ticketTypes);
    if (snapshot === undefined) return false;
    entry.ticketTypes = oldestFirst(snapshot.resources)
      .map((resource) => toTicketType(deps.logger, tenantId, resource))
      .filter((type) => type !== undefined);
    entry.revisions.ticketTypes = snapshot.revision;
    return true;
  }

  /** @returns undefined where nothing is new */
  async function snapshotOf(tenantId: string, kind: string, knownRevision: string) {
    const snapshot = await deps.registry.snapshotResources({ kind, knownRevision }, { tenantId });
    return snapshot.revision === knownRevision ? undefined : snapshot;
  }

  async function load(tenantId: string, entry: TenantKnowledge): Promise<void> {
    entry.stale = false;
    try {
      const changed = await Promise.all([loadArticles(tenantId, entry), loadTicketTypes(tenantId, entry)]);
      if (!changed.includes(true)) return;
      const { articles, ticketTypes, revisions } = entry;
      await deps.onLoaded(tenantId, JSON.stringify(revisions), { articles, ticketTypes });
    } catch (error) {
      // So that all of it comes again, and what was not taken is.
      entry.revisions = { articles: '', ticketTypes: '' };
      entry.stale = true;
      throw error;
    }
  }

  async function ready(tenantId: string): Promise<readonly KnowledgeArticle[]> {
    let entry = tenants.get(tenantId);
    if (!entry) {
      entry = {
        revisions: { articles: '', ticketTypes: '' },
        ...{ articles: [], ticketTypes: [] },
        ...{ stale: true, loading: Promise.resolve() },
      };
      tenants.set(tenantId, entry);
    }
    const current = entry;
    if (current.stale) {
      const next = (): Promise<void> => load(tenantId, current);
      current.stale = false;
      current.loading = current.loading.then(next, next);
      // Whoever waits for it sees the failure; without anybody waiting it must not end the process.
      current.loading.catch((error: unknown) =>
        deps.logger.warn({ err: toAppError(error), tenant_id: tenantId }, 'knowledge could not be loaded'),
      );
    }
    await current.loading;
    return current.articles;
  }

  return {
    ready,
    async start() {
      follower = deps.bus.follow({
        topics: [topics.resourceChanged],
        handle: (records) => {
          for (const record of records) {
            const entry = tenants.get(record.tenantId);
            if (entry && kinds.has(ResourceChanged.decode(record.value).kind)) entry.stale = true;
          }
        },
      });
      await follower.ready;
    },
    async stop() {
      await follower?.stop();
    },
  };
}

/** Of articles that ask the same the bot uses the last. */
function oldestFirst(resources: readonly Resource[]): Resource[] {
  const createTime = (resource: Resource): string => String(resource.status?.create_time ?? '');
  return [...resources].sort((a, b) =>
    createTime(a) < createTime(b) ? -1 : Number(createTime(a) > createTime(b)),
  );
}

function toArticle(logger: Logger, tenantId: string, resource: Resource): KnowledgeArticle | undefined {
  const spec = knowledgeArticleSpec.safeParse(resource.spec);
  const { id = '', name = '' } = resource.metadata ?? {};
  if (spec.success) return { ...spec.data, id, name };
  logger.warn({ tenant_id: tenantId, article: name }, 'article left out: its spec is not valid');
  return undefined;
}

/** The directory has checked it, perhaps an older one: a form that can't be asked for stops nobody else's. */
function toTicketType(logger: Logger, tenantId: string, resource: Resource): TicketType | undefined {
  const name = resource.metadata?.name ?? '';
  const type = { name, spec: resource.spec as unknown as TicketTypeSpec };
  try {
    ticketForm(type);
    return type;
  } catch (error) {
    logger.warn({ tenant_id: tenantId, ticket_type: name, err: toAppError(error) }, 'ticket type left out');
    return undefined;
  }
}
