import type { FieldViolation } from '@omnigate/errors';
import { newId } from '@omnigate/runtime';
import type { Caller, DirectoryContext } from '../directory-context';
import { canonicalHash } from '../domain/canonical-json';
import { kinds } from '../domain/kind';
import type { Document, StoredResource } from '../domain/resource';
import { referencesOf } from '../domain/spec-rules';
import {
  type ApplyState,
  fieldOf,
  type Outcome,
  type Planned,
  type PlannedWrite,
  resourceKey,
} from './apply-plan';
import { planApiKey } from './plan-api-key';
import { planChannel } from './plan-channel';
import { planConnector } from './plan-connector';

/** A whole apply: what to write, in the order of references, and all that is wrong. */
export interface ApplyPlan {
  plans: PlannedWrite[];
  violations: FieldViolation[];
}

/** By reference, so that what is named is planned before what names it. */
const inOrder = (documents: readonly Document[]): Document[] =>
  [...documents].sort(
    (left, right) => kinds.indexOf(left.kind) - kinds.indexOf(right.kind) || left.index - right.index,
  );

const idOfTenant = (document: Document): string | undefined =>
  document.kind === 'Tenant' ? document.tenantId : undefined;

/**
 * Plans an apply; reads and writes nothing.
 *
 * @param documents with their tenants
 * @param apply who applies, and what was read
 * @param context directory's
 * @returns the plans and every violation at once
 */
export function planApply(
  documents: readonly Document[],
  apply: { caller: Caller; state: ApplyState },
  context: DirectoryContext,
): ApplyPlan {
  const { caller, state } = apply;
  const declared = new Map(documents.map((document) => [resourceKey(document), document]));
  const ids = new Map<string, string>();
  const plans: PlannedWrite[] = [];
  const violations: FieldViolation[] = idRepeats(documents);
  for (const document of inOrder(documents)) {
    const key = resourceKey(document);
    const existing = state.existing.get(key);
    const id = existing?.id ?? document.id ?? idOfTenant(document) ?? newId();
    ids.set(key, id);
    if (!document.sound) continue;
    const wrong = [
      ...idViolations(document, existing, state),
      ...missingReferences(document, declared, state),
    ];
    const agentKey = resourceKey({ ...document, kind: 'Agent', name: String(document.spec.agent) });
    const agentId = ids.get(agentKey) ?? state.existing.get(agentKey)?.id;
    const planned = planOne({ document, existing, id, caller, state, agentId }, context);
    violations.push(...wrong, ...planned.violations);
    if (planned.plan && wrong.length === 0) plans.push(planned.plan);
  }
  return { plans, violations };
}

const planOne = (
  planning: Parameters<typeof planChannel>[0] & Parameters<typeof planApiKey>[0],
  context: DirectoryContext,
): Planned => {
  if (planning.document.kind === 'Channel') return planChannel(planning, context);
  if (planning.document.kind === 'Connector') return planConnector(planning, context);
  if (planning.document.kind === 'ApiKey') return planApiKey(planning);
  const { document, existing, id } = planning;
  const { tenantId, kind, name, spec } = document;
  const hash = canonicalHash(spec);
  const outcome: Outcome = !existing ? 'created' : existing.hash.equals(hash) ? 'unchanged' : 'configured';
  const write = { tenantId, kind, name, id, spec, secrets: {}, hash, appliedByOperator: false };
  return { plan: { document, existing, outcome, write }, violations: [] };
};

const idViolations = (
  document: Document,
  existing: StoredResource | undefined,
  state: ApplyState,
): FieldViolation[] => {
  if (document.id === undefined || document.id === existing?.id) return [];
  const field = fieldOf(document, 'metadata.id');
  if (existing)
    return [{ field, description: `can not be changed; ${document.kind}/${document.name} has another id` }];
  const holder = state.byId.get(`${document.tenantId}|${document.id}`);
  return holder ? [{ field, description: `is the id of ${holder.kind}/${holder.name}` }] : [];
};

const idRepeats = (documents: readonly Document[]): FieldViolation[] => {
  const seen = new Set<string>();
  return documents.flatMap((document) => {
    if (document.id === undefined) return [];
    const repeated = seen.has(document.id);
    seen.add(document.id);
    return repeated
      ? [{ field: fieldOf(document, 'metadata.id'), description: 'stands twice in this request' }]
      : [];
  });
};

const missingReferences = (
  document: Document,
  declared: ReadonlyMap<string, Document>,
  state: ApplyState,
): FieldViolation[] =>
  referencesOf(document.kind, document.spec).flatMap((reference) => {
    const key = resourceKey({ ...reference, tenantId: document.tenantId });
    if (declared.has(key) || state.existing.has(key)) return [];
    const description = `there is no ${reference.kind} ${reference.name}; apply it before or together with this`;
    return [{ field: fieldOf(document, `spec.${reference.field}`), description }];
  });
