import type { Transaction } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import type { Caller, DirectoryContext } from '../directory-context';
import type { StoredResource } from '../domain/resource';
import { recordChanges } from '../resource-changes';
import { countOperatorKeys, writeKey } from '../store/api-keys';
import { claimChannelAddresses } from '../store/channel-addresses';
import { insertChannelIds } from '../store/channel-ids';
import { raiseRevisions, revisionKey, writeResources } from '../store/resources';
import { insertTenants } from '../store/tenants';
import { fieldOf, type PlannedWrite, resourceKey } from './apply-plan';

/**
 * Writes what an apply has planned, records it and tells everybody.
 *
 * @param tx a transaction that has locked the tenants
 * @param apply plans, and which tenants are new
 * @param by who applies
 * @returns every written and unchanged resource by resourceKey
 * @throws AppError INVALID_ARGUMENT when a channel's id is taken, FAILED_PRECONDITION for the last operator key
 */
export async function writeApply(
  tx: Transaction,
  apply: { plans: readonly PlannedWrite[]; newTenants: ReadonlySet<string> },
  by: { caller: Caller; context: DirectoryContext },
): Promise<Map<string, StoredResource>> {
  const changed = apply.plans.filter((plan) => plan.outcome !== 'unchanged');
  await writeLookups(tx, changed, apply.newTenants);
  await recordChanges(tx, { action: 'apply', resources: changed.map((plan) => plan.write) }, by);
  const written = changed.length > 0 ? await writeChanged(tx, changed) : [];
  const kept = apply.plans.flatMap((plan) =>
    plan.outcome === 'unchanged' && plan.existing ? [plan.existing] : [],
  );
  return new Map([...written, ...kept].map((resource) => [resourceKey(resource), resource]));
}

const writeChanged = async (tx: Transaction, changed: readonly PlannedWrite[]): Promise<StoredResource[]> => {
  const writes = changed.map((plan) => plan.write);
  const revisions = await raiseRevisions(tx, writes);
  const times = new Map((await writeResources(tx, writes, revisions)).map((row) => [resourceKey(row), row]));
  return writes.map((write) => {
    const { createTime, updateTime } = times.get(resourceKey(write)) ?? {
      createTime: new Date(0),
      updateTime: new Date(0),
    };
    return { ...write, revision: revisions.get(revisionKey(write)) ?? 0n, createTime, updateTime };
  });
};

/** What is read before a tenant is known. */
const writeLookups = async (
  tx: Transaction,
  changed: readonly PlannedWrite[],
  newTenants: ReadonlySet<string>,
): Promise<void> => {
  const tenants = changed.filter(({ write }) => write.kind === 'Tenant' && newTenants.has(write.id));
  if (tenants.length > 0)
    await insertTenants(
      tx,
      tenants.map(({ write }) => write),
    );
  const channels = changed.filter((plan) => plan.write.kind === 'Channel' && plan.outcome === 'created');
  if (channels.length > 0) await claimChannelIds(tx, channels);
  await claimAddresses(tx, changed);
  await keepAnOperator(tx, changed);
  for (const { key } of changed) if (key) await writeKey(tx, key);
};

const claimChannelIds = async (tx: Transaction, channels: readonly PlannedWrite[]): Promise<void> => {
  const taken = await insertChannelIds(
    tx,
    channels.map((plan) => plan.write),
  );
  const fields = channels
    .filter((plan) => taken.includes(plan.write.id))
    .map((plan) => ({
      field: fieldOf(plan.document, 'metadata.id'),
      description: 'is the id of another channel',
    }));
  if (fields.length > 0) throw new AppError('INVALID_ARGUMENT', {}, { fields });
};

const claimAddresses = async (tx: Transaction, changed: readonly PlannedWrite[]): Promise<void> => {
  const addresses = changed.flatMap(({ address, write }) =>
    address ? [{ ...address, channelId: write.id }] : [],
  );
  const taken = new Set(await claimChannelAddresses(tx, addresses));
  const fields = addresses
    .filter(({ channelId }) => taken.has(channelId))
    .map(({ field }) => ({ field, description: 'is the address of another channel' }));
  if (fields.length > 0) throw new AppError('INVALID_ARGUMENT', {}, { fields });
};

const keepAnOperator = async (tx: Transaction, changed: readonly PlannedWrite[]): Promise<void> => {
  const demoted = changed.filter(
    ({ existing, key }) => existing?.spec.role === 'operator' && !key?.roles.includes('operator'),
  );
  if (demoted.length > 0)
    await requireOtherOperator(
      tx,
      demoted.map(({ write }) => write.id),
    );
};

/**
 * Keeps an installation from losing its last operator.
 *
 * @param tx the transaction
 * @param ids ids of the ApiKeys that will no longer be an operator's
 * @throws AppError FAILED_PRECONDITION when there is no other
 */
export async function requireOtherOperator(tx: Transaction, ids: readonly string[]): Promise<void> {
  if ((await countOperatorKeys(tx, ids)) === 0)
    throw new AppError('FAILED_PRECONDITION', {
      reason: "it is the last operator's key; make another one first",
    });
}
