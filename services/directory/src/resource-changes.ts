import type { OutgoingRecord } from '@omnigate/bus';
import { ResourceChanged, resourceKey, topics } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { newId } from '@omnigate/runtime';
import type { Caller, DirectoryContext } from './directory-context';
import { insertAuditEntries } from './store/audit-entries';

/** A resource that was created, changed or deleted. */
export interface ResourceChange {
  tenantId: string;
  kind: string;
  name: string;
  id: string;
}

const recordOf = (change: ResourceChange, deleted: boolean): OutgoingRecord => ({
  topic: topics.resourceChanged,
  key: resourceKey(change.kind, change.id),
  value: ResourceChanged.encode(ResourceChanged.create({ ...change, deleted })).finish(),
  eventId: newId(),
  type: 'omnigate.directory.v1.ResourceChanged',
  tenantId: change.tenantId,
});

/**
 * Writes changes into the audit log and tells everybody, with the transaction's commit.
 *
 * @param tx the transaction that makes them
 * @param changes what changed, and whether it is gone
 * @param by who did it; a deleted tenant's entry goes to the caller's tenant
 */
export async function recordChanges(
  tx: Transaction,
  changes: { action: 'apply' | 'delete'; resources: readonly ResourceChange[] },
  by: { caller: Caller; context: DirectoryContext },
): Promise<void> {
  const { action, resources } = changes;
  if (resources.length === 0) return;
  const deleted = action === 'delete';
  const entries = resources.map(({ kind, name, tenantId }) => ({
    tenantId: deleted && kind === 'Tenant' ? by.caller.tenantId : tenantId,
    id: newId(),
    actor: by.caller.name,
    action,
    object: `${kind}/${name}`,
  }));
  await insertAuditEntries(tx, entries);
  by.context.bus.publish(
    tx,
    resources.map((resource) => recordOf(resource, deleted)),
  );
  const fields = { tenant_id: by.caller.tenantId, action, resource_count: resources.length };
  tx.onCommitted(() => by.context.logger.info(fields, 'resources changed'));
}
