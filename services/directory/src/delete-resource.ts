import type { Transaction } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import { requireKeyPermission } from './apply/apply-resources';
import { requireOtherOperator } from './apply/write-apply';
import type { Caller, DirectoryContext } from './directory-context';
import { type Kind, kinds } from './domain/kind';
import { namePattern, type StoredResource } from './domain/resource';
import { referenceMembers } from './domain/spec-rules';
import { requireKind } from './require-kind';
import { type ResourceChange, recordChanges } from './resource-changes';
import { deleteKey } from './store/api-keys';
import { deleteChannelAddress } from './store/channel-addresses';
import { deleteChannelId } from './store/channel-ids';
import { deleteChannelLog } from './store/channel-log';
import {
  countResources,
  deleteResource,
  findResources,
  listReferrers,
  raiseRevisions,
} from './store/resources';
import { deleteTenant, findTenant, lockTenants } from './store/tenants';

const notFound = (kind: string, name: string) => new AppError('NOT_FOUND', { resource: `${kind}/${name}` });

/** Tenant and team that are always there. */
const isPermanent = (kind: Kind, name: string): boolean =>
  (kind === 'Tenant' || kind === 'Team') && name === 'default';

/**
 * Deletes one resource that nothing refers to.
 *
 * @param target kind and name as people write them
 * @param caller who deletes
 * @param context directory's
 * @throws AppError NOT_FOUND; FAILED_PRECONDITION with what refers to it; PERMISSION_DENIED
 */
export async function removeResource(
  target: { kind: string; name: string },
  caller: Caller,
  context: DirectoryContext,
): Promise<void> {
  const kind = requireKind(target.kind);
  const { name } = target;
  if (isPermanent(kind, name))
    throw new AppError('FAILED_PRECONDITION', {
      reason: `${kind}/${name} can not be deleted: it is always there`,
    });
  const by = { caller, context };
  if (!namePattern.test(name)) throw notFound(kind, name);
  if (kind === 'Tenant') return removeTenant(name, by);
  await context.database.transaction({ tenants: [caller.tenantId] }, async (tx) => {
    await lockTenants(tx, tx.tenants);
    const [found] = await findResources(tx, [{ tenantId: caller.tenantId, kind, name }]);
    if (!found) throw notFound(kind, name);
    await requireUnused(tx, found);
    await removeLookups(tx, found, caller);
    await deleteResource(tx, found);
    await raiseRevisions(tx, [found]);
    await recordChanges(tx, { action: 'delete', resources: [changeOf(found)] }, by);
  });
}

const changeOf = ({ tenantId, kind, name, id }: StoredResource): ResourceChange => ({
  tenantId,
  kind,
  name,
  id,
});

const requireUnused = async (tx: Transaction, { tenantId, kind, name }: StoredResource): Promise<void> => {
  const referring = kinds.flatMap((each) =>
    (referenceMembers[each] ?? [])
      .filter((rule) => rule.kind === kind)
      .map(({ member }) => ({ kind: each, member })),
  );
  const found: string[] = [];
  for (const rule of referring) {
    const referrers = await listReferrers(tx, { tenantId, ...rule, name });
    found.push(...referrers.map((referrer) => `${rule.kind}/${referrer}`));
  }
  if (found.length > 0)
    throw new AppError('FAILED_PRECONDITION', {
      reason: `${kind}/${name} is in use by ${[...new Set(found)].slice(0, 10).join(', ')}`,
    });
};

const removeLookups = async (tx: Transaction, found: StoredResource, caller: Caller): Promise<void> => {
  if (found.kind === 'Channel') {
    await deleteChannelId(tx, found.id);
    await deleteChannelAddress(tx, found.id);
    await deleteChannelLog(tx, { tenantId: found.tenantId, channelId: found.id });
  }
  if (found.kind !== 'ApiKey') return;
  requireKeyPermission(caller, String(found.spec.role));
  if (found.spec.role === 'operator') await requireOtherOperator(tx, [found.id]);
  await deleteKey(tx, found.id);
};

/** A tenant can go when it holds nothing but its default team. */
const removeTenant = async (
  name: string,
  by: { caller: Caller; context: DirectoryContext },
): Promise<void> => {
  const { caller, context } = by;
  if (!caller.roles.includes('operator'))
    throw new AppError('PERMISSION_DENIED', { reason: 'only an operator deletes a Tenant' });
  const tenant = await findTenant(context.database, { name });
  if (!tenant) throw notFound('Tenant', name);
  await context.database.transaction({ tenants: [...new Set([tenant.id, caller.tenantId])] }, async (tx) => {
    await lockTenants(tx, tx.tenants);
    const held = (await countResources(tx, tenant.id))
      .map(({ kind, count }) => ({ kind, count: kind === 'Tenant' || kind === 'Team' ? count - 1 : count }))
      .filter(({ count }) => count > 0)
      .map(({ kind, count }) => `${count} ${kind}`);
    if (held.length > 0)
      throw new AppError('FAILED_PRECONDITION', {
        reason: `Tenant/${name} still holds ${held.join(', ')}; delete them first`,
      });
    await deleteTenant(tx, tenant.id);
    const resource = { tenantId: tenant.id, kind: 'Tenant', name, id: tenant.id };
    await recordChanges(tx, { action: 'delete', resources: [resource] }, by);
  });
};
