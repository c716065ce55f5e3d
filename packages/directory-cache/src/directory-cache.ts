import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Bus, BusRecord, Follower } from '@omnigate/bus';
import {
  type RegistryServiceService,
  type ResolvedChannel,
  type ResolveTenantResponse,
  ResourceChanged,
  topics,
} from '@omnigate/contracts';
import { AppError, isAppError } from '@omnigate/errors';
import type { Client, Identity, Role } from '@omnigate/rpc';
import type { Logger } from '@omnigate/runtime';
import { createReadThrough } from './read-through';

/** More than an installation has; a flood of made-up ids can't fill the memory. */
const maximumEntries = 10_000;
/** A deleted key works no longer than this where its change is not heard of. */
const keyTtlMs = 5000;

/** What the cache reads from. */
export interface DirectoryCacheOptions {
  registry: Client<RegistryServiceService>;
  bus: Bus;
  logger: Logger;
  /** How long "there is none" is believed; default 1,000. */
  negativeTtlMs?: number;
}

/** Channels, tenants and keys, read from directory once and kept until they change. */
export interface DirectoryCache {
  /** Returns a channel that is kept, without waiting. */
  peekChannel(id: string): ResolvedChannel | undefined;
  /** Returns a channel with its secrets, or undefined when there is none. Throws AppError when directory is away. */
  channel(id: string): Promise<ResolvedChannel | undefined>;
  /** As `channel`, read now: one that was applied a moment ago may have been asked for before. */
  renewChannel(id: string): Promise<ResolvedChannel | undefined>;
  /** Returns a tenant's channel by its name, or undefined. */
  channelByName(tenantId: string, name: string): Promise<ResolvedChannel | undefined>;
  /** Returns a tenant that is kept, without waiting. */
  peekTenant(id: string): ResolveTenantResponse | undefined;
  /** Returns a tenant with its teams and agents, or undefined when there is none. */
  tenant(id: string): Promise<ResolveTenantResponse | undefined>;
  /** As `tenant`, read now: what was applied a moment ago, elsewhere, may not be heard of yet. */
  renewTenant(id: string): Promise<ResolveTenantResponse | undefined>;
  /** Returns whose an API key is. Throws AppError UNAUTHENTICATED. */
  authenticate(key: string): Promise<Identity>;
  /** Returns the id of a tenant by its name or id. Throws AppError NOT_FOUND. */
  resolveTenant(nameOrId: string): Promise<string>;
  /** Calls back on each change of anything declared, after the cache has forgotten it; returns how to stop that. */
  onChanged(listener: (change: ResourceChanged) => void): () => void;
  /** Begins to hear of changes; resolves when none can be missed any more. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Makes the cache. It reads without start() too, but then does not hear of changes.
 *
 * @param options what it reads from
 * @returns the cache
 */
export function createDirectoryCache(options: DirectoryCacheOptions): DirectoryCache {
  const { registry, bus, logger, negativeTtlMs = 1000 } = options;
  const caches = createCaches(registry, negativeTtlMs);
  const listeners = new Set<(change: ResourceChanged) => void>();
  let follower: Follower | undefined;

  const tell = (change: ResourceChanged): void => {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        logger.error({ err: error, kind: change.kind }, 'a listener of resource changes failed');
      }
    }
  };
  const handle = (records: BusRecord[]): void => {
    for (const record of records) {
      const change = readChange(record);
      if (!change) {
        logger.error({ event_id: record.eventId }, 'a resource change can not be read');
        caches.forgetAll();
        continue;
      }
      forgetChanged(caches, change);
      tell(change);
    }
  };

  return {
    peekChannel: (id) => caches.channels.peek(id),
    channel: (id) => caches.channels.get(id),
    renewChannel: (id) => caches.channels.renew(id),
    async channelByName(tenantId, name) {
      const id = await caches.channelIds.get(`${tenantId}|${name}`);
      return id === undefined ? undefined : caches.channels.get(id);
    },
    peekTenant: (id) => caches.tenants.peek(id),
    tenant: (id) => caches.tenants.get(id),
    renewTenant: (id) => caches.tenants.renew(id),
    async authenticate(key) {
      const identity = await caches.authenticate(key);
      if (!identity) throw new AppError('UNAUTHENTICATED');
      return identity;
    },
    async resolveTenant(nameOrId) {
      const id = uuidPattern.test(nameOrId)
        ? (await caches.tenants.get(nameOrId.toLowerCase()))?.id
        : await caches.tenantIds.get(nameOrId);
      if (id === undefined) throw new AppError('NOT_FOUND', { resource: 'Tenant' });
      return id;
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async start() {
      follower = bus.follow({ topics: [topics.resourceChanged], handle });
      await follower.ready;
      caches.forgetAll(); // what was read before may have changed unheard
    },
    async stop() {
      await follower?.stop();
    },
  };
}

const readChange = (record: BusRecord): ResourceChanged | undefined => {
  try {
    return ResourceChanged.decode(record.value);
  } catch {
    return undefined;
  }
};

type Caches = ReturnType<typeof createCaches>;

const createCaches = (registry: Client<RegistryServiceService>, negativeTtlMs: number) => {
  const now = () => performance.now();
  const bounds = { maximumEntries, negativeTtlMs, now };
  const channels = createReadThrough<ResolvedChannel>({
    ...bounds,
    load: async (channelId) => requireChannel((await registry.resolveChannel({ channelId })).channel),
  });
  const channelIds = createReadThrough<string>({
    ...bounds,
    async load(key) {
      const [tenantId = '', name = ''] = key.split('|');
      return requireChannel((await registry.resolveChannel({ name }, { tenantId })).channel).id;
    },
  });
  const tenants = createReadThrough<ResolveTenantResponse>({
    ...bounds,
    load: (tenantId) => registry.resolveTenant({ tenantId }),
  });
  const tenantIds = createReadThrough<string>({
    ...bounds,
    load: async (name) => (await registry.resolveTenant({ name })).id,
  });
  const { keys, authenticate } = createKeyCache(registry, bounds);
  return {
    channels,
    channelIds,
    tenants,
    tenantIds,
    keys,
    authenticate,
    forgetAll: () => {
      for (const cache of [channels, channelIds, tenants, tenantIds, keys]) cache.forgetAll();
    },
  };
};

const requireChannel = (channel: ResolvedChannel | undefined): ResolvedChannel => {
  if (!channel) throw new AppError('NOT_FOUND', { resource: 'Channel' });
  return channel;
};

/** Keys are kept by their hash alone; the key itself lives as long as the call that brought it. */
const createKeyCache = (
  registry: Client<RegistryServiceService>,
  bounds: { maximumEntries: number; negativeTtlMs: number; now(): number },
) => {
  const reading = new Map<string, string>();
  const keys = createReadThrough<Identity>({
    ...bounds,
    ttlMs: keyTtlMs,
    isAbsent: (error) => isAppError(error, 'UNAUTHENTICATED'),
    async load(hash) {
      const found = await registry.authenticateApiKey({ key: reading.get(hash) ?? '' });
      const agent = found.agentId === '' ? {} : { agentId: found.agentId, agent: found.agent };
      return { tenantId: found.tenantId, roles: found.roles as Role[], keyName: found.keyName, ...agent };
    },
  });
  const authenticate = async (key: string): Promise<Identity | undefined> => {
    const hash = createHash('sha256').update(key).digest('base64');
    reading.set(hash, key); // read before get() returns, if it is read at all
    const identity = keys.get(hash);
    reading.delete(hash);
    return identity;
  };
  return { keys, authenticate };
};

/** Kinds that a tenant's answer is made of. */
const tenantKinds = new Set(['Tenant', 'Team', 'Agent', 'Channel']);

const forgetChanged = (caches: Caches, { kind, id, name, tenantId }: ResourceChanged): void => {
  if (kind === 'Channel') {
    caches.channels.forget(id);
    caches.channelIds.forget(`${tenantId}|${name}`);
  }
  if (tenantKinds.has(kind)) caches.tenants.forget(tenantId);
  if (kind === 'Tenant') caches.tenantIds.forget(name);
  // Also keys that were unknown a moment ago.
  if (kind === 'ApiKey') caches.keys.forgetAll();
};
