import {
  type RegistryServiceService,
  ResolvedChannel,
  ResolveTenantResponse,
  type Resource,
  type ResourceChanged,
} from '@omnigate/contracts';
import type { DirectoryCache } from '@omnigate/directory-cache';
import { AppError } from '@omnigate/errors';
import type { Client } from '@omnigate/rpc';
import { newId } from '@omnigate/runtime';

/** What a tenant of a test declares: specs by name, as directory has checked them. */
export interface Declared {
  types: Record<string, object>;
  workers: Record<string, object>;
}

/** A directory made by hand; each tenant has the channels `shop` and `crew`. */
export interface TestDirectory {
  registry: Client<RegistryServiceService>;
  cache: DirectoryCache;
  addTenant(declared: Declared, o?: { locale?: string }): string;
  /** Declares anew, and tells of it unless it is to go unheard. */
  declare(tenantId: string, declared: Declared, heard?: boolean): void;
  channel(tenantId: string, name: 'shop' | 'crew'): ResolvedChannel;
  /** Directory is away, or there again. */
  away(is: boolean): void;
}

const resourcesOf = (kind: string, specs: Record<string, object>): Resource[] =>
  Object.entries(specs).map(([name, spec]) => ({
    kind,
    metadata: { name, id: newId() },
    spec: { ...spec },
    status: undefined,
  }));

/** Makes a directory without tenants. */
export function createTestDirectory(): TestDirectory {
  const declared = new Map<string, Declared & { revision: number; locale: string }>();
  const channels = new Map<string, ResolvedChannel>();
  const listeners = new Set<(change: ResourceChanged) => void>();
  let isAway = false;

  const tenant = (id: string): ResolveTenantResponse | undefined => {
    const known = declared.get(id);
    return (
      known && ResolveTenantResponse.fromPartial({ id, timeZone: 'Asia/Shanghai', locale: known.locale })
    );
  };
  const channel = (tenantId: string, name: string): ResolvedChannel | undefined =>
    channels.get(`${tenantId} ${name}`);
  const registry = {
    async snapshotResources(
      { kind = '', knownRevision = '' }: { kind?: string; knownRevision?: string },
      { tenantId = '' }: { tenantId?: string } = {},
    ) {
      if (isAway) throw new AppError('UNAVAILABLE');
      const { types = {}, workers = {}, revision = 0 } = declared.get(tenantId) ?? {};
      const resources = kind === 'Worker' ? resourcesOf(kind, workers) : resourcesOf(kind, types);
      const same = knownRevision === String(revision);
      return { resources: same ? [] : resources, revision: String(revision) };
    },
  } as unknown as Client<RegistryServiceService>;

  return {
    registry,
    cache: {
      peekChannel: () => undefined,
      channelByAddress: async () => undefined,
      channel: async (id) => [...channels.values()].find((each) => each.id === id),
      renewChannel: async (id) => [...channels.values()].find((each) => each.id === id),
      channelByName: async (tenantId, name) => channel(tenantId, name),
      peekTenant: tenant,
      tenant: async (id) => tenant(id),
      renewTenant: async (id) => tenant(id),
      authenticate: () => Promise.reject(new AppError('UNAUTHENTICATED')),
      resolveTenant: () => Promise.reject(new AppError('NOT_FOUND')),
      onChanged(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      start: async () => undefined,
      stop: async () => undefined,
    },
    addTenant(first, { locale = 'zh-CN' } = {}) {
      const tenantId = newId();
      declared.set(tenantId, { ...first, revision: 1, locale });
      for (const name of ['shop', 'crew']) {
        const made = ResolvedChannel.fromPartial({ id: newId(), tenantId, name, type: 'sms-twilio' });
        channels.set(`${tenantId} ${name}`, made);
      }
      return tenantId;
    },
    declare(tenantId, next, heard = true) {
      const before = declared.get(tenantId);
      declared.set(tenantId, {
        ...next,
        revision: (before?.revision ?? 0) + 1,
        locale: before?.locale ?? 'zh-CN',
      });
      if (!heard) return;
      for (const kind of ['TicketType', 'Worker'])
        for (const listener of listeners) listener({ kind, id: '', name: '', tenantId, deleted: false });
    },
    channel: (tenantId, name) => channel(tenantId, name) as ResolvedChannel,
    away(is) {
      isAway = is;
    },
  };
}
