import type { ResolvedChannel, ResolvedConnector, ResolveTenantResponse } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import type { DirectoryContext } from './directory-context';
import { hashApiKey, sameHash } from './domain/api-key';
import type { ChannelSpec } from './domain/channel-spec';
import { isFetchAllowed } from './domain/private-address';
import { namePattern, type StoredResource, uuidPattern } from './domain/resource';
import { withSecrets } from './domain/secret-fields';
import { weeklySpans } from './domain/team-spec';
import { findKeysByHash, type StoredKey } from './store/api-keys';
import { findTenantOfChannel } from './store/channel-ids';
import { readChannelTypes } from './store/channel-types';
import { findResources, findResourcesById, listAllResources, readRevision } from './store/resources';
import { findTenant } from './store/tenants';

const channelNotFound = () => new AppError('NOT_FOUND', { resource: 'Channel' });

/**
 * Finds a channel by its id, or else by its name in a tenant, and opens its secrets.
 *
 * @param key id, or name and tenant
 * @param context directory's
 * @returns the channel as adapters need it
 * @throws AppError NOT_FOUND
 */
export async function resolveChannel(
  key: { channelId: string } | { name: string; tenantId: string },
  context: DirectoryContext,
): Promise<ResolvedChannel> {
  const stored =
    'channelId' in key ? await channelById(key.channelId, context) : await channelByName(key, context);
  if (!stored) throw channelNotFound();
  const spec = stored.spec as unknown as ChannelSpec;
  const channelType = (await readChannelTypes(context.database)).get(spec.type);
  if (!channelType) throw channelNotFound();
  const { id, tenantId, name } = stored;
  return {
    id,
    tenantId,
    name,
    type: spec.type,
    firstResponder: spec.first_responder,
    team: spec.team,
    maxPerSecond: spec.max_per_second ?? channelType.defaultMaxPerSecond,
    config: withSecrets(spec.config, openSecrets(stored, context)),
    channelType,
    revision: stored.revision,
    privateApiAllowed:
      stored.appliedByOperator || isFetchAllowed(String(spec.config.api_base_url), context.fetchAllow),
  };
}

const openSecrets = (
  { tenantId, id, secrets }: StoredResource,
  { box }: DirectoryContext,
): [string, string][] =>
  Object.entries(secrets).map(([field, envelope]) => [
    field,
    box.open(envelope, { tenantId, resourceId: id, field }),
  ]);

const channelById = async (
  channelId: string,
  { database }: DirectoryContext,
): Promise<StoredResource | undefined> => {
  if (!uuidPattern.test(channelId)) return undefined;
  const tenantId = await findTenantOfChannel(database, channelId);
  if (tenantId === undefined) return undefined;
  const found = await database.transaction({ tenants: [tenantId] }, (tx) =>
    findResourcesById(tx, [channelId]),
  );
  return found.find((resource) => resource.kind === 'Channel');
};

const channelByName = async (
  { name, tenantId }: { name: string; tenantId: string },
  { database }: DirectoryContext,
): Promise<StoredResource | undefined> => {
  if (!namePattern.test(name)) return undefined;
  const names = [{ tenantId, kind: 'Channel' as const, name }];
  return (await database.transaction({ tenants: [tenantId] }, (tx) => findResources(tx, names)))[0];
};

/**
 * Finds a tenant by its id, or else by its name, with its teams, agents and the ids of its channels.
 *
 * @param key id or name
 * @param context directory's
 * @returns the tenant
 * @throws AppError NOT_FOUND
 */
export async function resolveTenant(
  key: { id: string } | { name: string },
  { database }: DirectoryContext,
): Promise<ResolveTenantResponse> {
  const wellFormed = 'id' in key ? uuidPattern.test(key.id) : namePattern.test(key.name);
  const known = wellFormed ? await findTenant(database, key) : undefined;
  if (!known) throw new AppError('NOT_FOUND', { resource: 'Tenant' });
  const kinds = ['Tenant', 'Team', 'Agent', 'Channel'] as const;
  const [resources, revision] = await database.transaction({ tenants: [known.id] }, (tx) =>
    Promise.all([listAllResources(tx, known.id, kinds), readRevision(tx, known.id, kinds)]),
  );
  const spec = resources.find((resource) => resource.kind === 'Tenant')?.spec ?? {};
  return {
    ...known,
    timeZone: String(spec.time_zone),
    locale: String(spec.locale),
    teams: resources.filter((resource) => resource.kind === 'Team').map(resolvedTeam),
    agents: resources.filter((resource) => resource.kind === 'Agent').map(resolvedAgent),
    channelIds: resources.filter((resource) => resource.kind === 'Channel').map(({ id }) => id),
    revision,
  };
}

const resolvedTeam = ({ id, name, spec }: StoredResource) => ({
  id,
  name,
  hours: weeklySpans(spec.hours as Parameters<typeof weeklySpans>[0]),
  offerSeconds: Number(spec.offer_seconds),
});

const resolvedAgent = ({ id, name, spec }: StoredResource) => ({
  id,
  name,
  displayName: String(spec.display_name ?? name),
  teams: spec.teams as string[],
  maxConversations: Number(spec.max_conversations),
});

/**
 * Reads a tenant's connectors and opens their secrets.
 *
 * @param tenantId the tenant
 * @param context directory's
 * @returns the connectors, by name
 */
export async function resolveConnectors(
  tenantId: string,
  context: DirectoryContext,
): Promise<ResolvedConnector[]> {
  const stored = await context.database.transaction({ tenants: [tenantId] }, (tx) =>
    listAllResources(tx, tenantId, ['Connector']),
  );
  return stored.map((resource) => ({
    id: resource.id,
    tenantId,
    name: resource.name,
    spec: withSecrets(resource.spec, openSecrets(resource, context)),
    revision: resource.revision,
    privateAddressAllowed:
      resource.appliedByOperator || isFetchAllowed(String(resource.spec.base_url), context.fetchAllow),
  }));
}

/**
 * Finds whose an API key is.
 *
 * @param key as the caller sent it
 * @param context directory's
 * @returns what it opens
 * @throws AppError UNAUTHENTICATED
 */
export async function authenticateApiKey(key: string, { database }: DirectoryContext): Promise<StoredKey> {
  const hash = hashApiKey(key);
  const found = (await findKeysByHash(database, [hash])).find((stored) => sameHash(stored.hash, hash));
  if (!found) throw new AppError('UNAUTHENTICATED');
  return found;
}

/**
 * Reads every resource of a kind with a revision that changes with any of them.
 *
 * @param query tenant, kind, the revision of the last call
 * @param context directory's
 * @returns no resources when nothing has changed
 */
export async function snapshotResources(
  query: { tenantId: string; kind: Parameters<typeof listAllResources>[2][number]; knownRevision: string },
  { database }: DirectoryContext,
): Promise<{ resources: StoredResource[]; revision: string }> {
  const { tenantId, kind, knownRevision } = query;
  return database.transaction({ tenants: [tenantId] }, async (tx) => {
    // The revision first: what changes in between only makes the next call read again.
    const revision = String(await readRevision(tx, tenantId, [kind]));
    if (revision === knownRevision) return { resources: [], revision };
    return { resources: await listAllResources(tx, tenantId, [kind]), revision };
  });
}
