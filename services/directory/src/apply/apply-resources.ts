import type { Resource } from '@omnigate/contracts';
import { sqlState, type Transaction } from '@omnigate/database';
import { AppError, type FieldViolation } from '@omnigate/errors';
import { newId } from '@omnigate/runtime';
import type { Caller, DirectoryContext } from '../directory-context';
import { mayManageKey } from '../domain/api-key-spec';
import type { Document, StoredResource } from '../domain/resource';
import { readChannelTypes } from '../store/channel-types';
import { findTenantsByName, listTenantIds, lockTenants } from '../store/tenants';
import { type Outcome, type PlannedWrite, resourceKey } from './apply-plan';
import { planApply } from './plan-apply';
import { readApplyState } from './read-apply-state';
import { readDocuments } from './read-documents';
import { writeApply } from './write-apply';

/** More than any set of files holds; larger ones come in several applies. */
const maximumDocuments = 10_000;

/** One resource after an apply. */
export interface Applied {
  resource: StoredResource;
  outcome: Outcome;
  /** A key that was made now, to be shown once. */
  madeKey: string | undefined;
}

/**
 * Applies documents: all are checked before any is written, in one transaction; nothing is pruned.
 *
 * @param request documents in any order; validateOnly checks and writes nothing
 * @param caller who applies, and in which tenant
 * @param context directory's
 * @returns one entry per document, in the order of the request
 * @throws AppError INVALID_ARGUMENT with every violation, PERMISSION_DENIED, NOT_FOUND (the tenant is gone),
 *   FAILED_PRECONDITION (the last operator key), ABORTED (another apply came first)
 */
export async function applyResources(
  request: { resources: readonly Resource[]; validateOnly: boolean },
  caller: Caller,
  context: DirectoryContext,
): Promise<Applied[]> {
  if (request.resources.length > maximumDocuments)
    throw new AppError('INVALID_ARGUMENT', { reason: `more than ${maximumDocuments} documents` });
  const { documents: read, violations } = readDocuments(request.resources, caller.tenantId);
  const placed = await placeTenants(read, context);
  violations.push(...placed.violations);
  checkPermissions(placed.documents, caller);
  const documents = [...placed.documents, ...defaultTeams(placed)];
  const tenants = [...new Set([caller.tenantId, ...documents.map((document) => document.tenantId)])];
  const work = (tx: Transaction) =>
    applyIn(
      tx,
      { documents, violations, newTenants: placed.newTenants, validateOnly: request.validateOnly },
      { caller, context },
    );
  const applied = await context.database.transaction({ tenants }, work).catch((error: unknown) => {
    // Names and ids are unique over tenants, whose locks do not keep their makers apart.
    throw sqlState(error) === '23505' ? new AppError('ABORTED', {}, { cause: error }) : error;
  });
  return applied.filter((each) => each.index < request.resources.length);
}

interface PlacedDocuments {
  documents: Document[];
  /** Ids of tenants that are to be made. */
  newTenants: ReadonlySet<string>;
  violations: FieldViolation[];
}

/** A Tenant's document belongs to the tenant that it names, which may be a new one. */
const placeTenants = async (
  documents: readonly Document[],
  context: DirectoryContext,
): Promise<PlacedDocuments> => {
  const named = documents.filter((document) => document.kind === 'Tenant');
  if (named.length === 0) return { documents: [...documents], newTenants: new Set(), violations: [] };
  const names = named.map((document) => document.name);
  const existing = new Map(
    (await findTenantsByName(context.database, names)).map((tenant) => [tenant.name, tenant.id]),
  );
  const taken = new Set(await listTenantIds(context.database));
  const newTenants = new Set<string>();
  const violations: FieldViolation[] = [];
  const placed = documents.map((document) => {
    if (document.kind !== 'Tenant') return document;
    const found = existing.get(document.name);
    if (found) return { ...document, tenantId: found };
    const id = document.id ?? newId();
    if (taken.has(id))
      violations.push({
        field: `resources[${document.index}].metadata.id`,
        description: 'is the id of another tenant',
      });
    newTenants.add(id);
    return { ...document, tenantId: id };
  });
  return { documents: placed, newTenants, violations };
};

/** Every tenant has a team `default` from its creation. */
const defaultTeams = ({ newTenants }: PlacedDocuments): Document[] =>
  [...newTenants].map((tenantId) => ({
    index: Number.MAX_SAFE_INTEGER,
    tenantId,
    kind: 'Team',
    name: 'default',
    id: undefined,
    spec: { offer_seconds: 30 },
    sound: true,
  }));

const checkPermissions = (documents: readonly Document[], caller: Caller): void => {
  const operator = caller.roles.includes('operator');
  if (!operator && documents.some((document) => document.kind === 'Tenant'))
    throw new AppError('PERMISSION_DENIED', { reason: 'only an operator applies a Tenant' });
  for (const { kind, sound, spec } of documents)
    if (kind === 'ApiKey' && sound) requireKeyPermission(caller, String(spec.role));
};

/**
 * Keeps a caller from making, changing or deleting a key that can do more than their own.
 *
 * @param caller who acts
 * @param role the key's role
 * @throws AppError PERMISSION_DENIED
 */
export function requireKeyPermission(caller: Caller, role: string): void {
  if (!mayManageKey(caller.roles, role))
    throw new AppError('PERMISSION_DENIED', {
      reason: `a key of role ${role} needs a caller of that role, or an operator`,
    });
}

interface ApplyWork {
  documents: Document[];
  violations: FieldViolation[];
  newTenants: ReadonlySet<string>;
  validateOnly: boolean;
}

const applyIn = async (
  tx: Transaction,
  work: ApplyWork,
  by: { caller: Caller; context: DirectoryContext },
): Promise<(Applied & { index: number })[]> => {
  const { caller, context } = by;
  const locked = await lockTenants(tx, tx.tenants);
  if (!locked.includes(caller.tenantId) && !work.newTenants.has(caller.tenantId))
    throw new AppError('NOT_FOUND', { resource: 'Tenant' });
  const state = await readApplyState(tx, work.documents, await readChannelTypes(tx));
  for (const existing of state.existing.values())
    if (existing.kind === 'ApiKey') requireKeyPermission(caller, String(existing.spec.role));
  const { plans, violations } = planApply(work.documents, { caller, state }, context);
  const wrong = [...work.violations, ...violations];
  if (wrong.length > 0) throw new AppError('INVALID_ARGUMENT', {}, { fields: wrong });
  const times = work.validateOnly
    ? new Map()
    : await writeApply(tx, { plans, newTenants: work.newTenants }, by);
  return plans
    .map((plan) => ({
      index: plan.document.index,
      ...appliedOf(plan, times.get(resourceKey(plan.write)), work.validateOnly),
    }))
    .sort((left, right) => left.index - right.index);
};

/** An id or key that was only tried out is not shown. */
const appliedOf = (
  plan: PlannedWrite,
  written: StoredResource | undefined,
  validateOnly: boolean,
): Applied => {
  const tried: StoredResource = {
    ...plan.write,
    id: plan.existing?.id ?? plan.document.id ?? '',
    revision: plan.existing?.revision ?? 0n,
    createTime: plan.existing?.createTime ?? new Date(0),
    updateTime: plan.existing?.updateTime ?? new Date(0),
  };
  return {
    resource: written ?? tried,
    outcome: plan.outcome,
    madeKey: validateOnly ? undefined : plan.madeKey,
  };
};
