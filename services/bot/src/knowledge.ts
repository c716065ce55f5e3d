import type { Bus, Follower } from '@omnigate/bus';
import { type RegistryServiceService, type Resource, ResourceChanged, topics } from '@omnigate/contracts';
import { toAppError } from '@omnigate/errors';
import type { Client } from '@omnigate/rpc';
import type { Logger } from '@omnigate/runtime';
import { type KnowledgeArticle, knowledgeArticleSpec } from './domain/knowledge-article';

const kind = 'KnowledgeArticle';

interface TenantKnowledge {
  revision: string;
  articles: KnowledgeArticle[];
  stale: boolean;
  /** A load under way, or the last one. */
  loading: Promise<void>;
}

/** Each tenant's articles, as the directory holds them. */
export interface Knowledge {
  /** Resolves when the tenant's articles are loaded and no known change is missing. */
  ready(tenantId: string): Promise<readonly KnowledgeArticle[]>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What loading needs. */
export interface KnowledgeDeps {
  registry: Client<typeof RegistryServiceService>;
  bus: Bus;
  logger: Logger;
  /** Takes a tenant's articles when they are new. */
  onLoaded(tenantId: string, revision: string, articles: readonly KnowledgeArticle[]): Promise<void>;
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

  async function load(tenantId: string, entry: TenantKnowledge): Promise<void> {
    entry.stale = false;
    try {
      const request = { kind, knownRevision: entry.revision };
      const snapshot = await deps.registry.snapshotResources(request, { tenantId });
      if (snapshot.revision === entry.revision) return;
      entry.articles = oldestFirst(snapshot.resources)
        .map((resource) => toArticle(deps.logger, tenantId, resource))
        .filter((article) => article !== undefined);
      await deps.onLoaded(tenantId, snapshot.revision, entry.articles);
      entry.revision = snapshot.revision;
    } catch (error) {
      entry.stale = true;
      throw error;
    }
  }

  async function ready(tenantId: string): Promise<readonly KnowledgeArticle[]> {
    let entry = tenants.get(tenantId);
    if (!entry) {
      entry = { revision: '', articles: [], stale: true, loading: Promise.resolve() };
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
            if (entry && ResourceChanged.decode(record.value).kind === kind) entry.stale = true;
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
