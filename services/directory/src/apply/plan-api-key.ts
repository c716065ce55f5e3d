import type { z } from 'zod';
import { generateApiKey, hashApiKey } from '../domain/api-key';
import { type apiKeySpec, rolesOfKey } from '../domain/api-key-spec';
import { canonicalHash } from '../domain/canonical-json';
import { type Document, maskedSecret, type StoredResource } from '../domain/resource';
import type { StoredKey } from '../store/api-keys';
import { type ApplyState, fieldOf, type Outcome, type Planned } from './apply-plan';

interface KeyPlanning {
  document: Document;
  existing: StoredResource | undefined;
  id: string;
  /** Id of the Agent that spec.agent names. */
  agentId: string | undefined;
  state: ApplyState;
}

/**
 * Plans what an apply does to an ApiKey. Without a key in its spec a new one is made; only hashes are stored.
 *
 * @param planning the document and what it meets
 * @returns the plan, or what is wrong
 */
export function planApiKey({ document, existing, id, agentId, state }: KeyPlanning): Planned {
  const { key: written, ...spec } = document.spec as z.infer<typeof apiKeySpec>;
  const field = fieldOf(document, 'spec.key');
  const given = written === maskedSecret ? undefined : written;
  const stored = existing && state.keysById.get(existing.id);
  if (written === maskedSecret && !stored)
    return { violations: [{ field, description: 'is *** but there is no stored secret to keep' }] };
  const madeKey = given === undefined && !stored ? generateApiKey() : undefined;
  const clear = given ?? madeKey;
  const keyHash = clear === undefined ? stored?.hash : hashApiKey(clear);
  if (keyHash === undefined) return { violations: [{ field, description: 'is required' }] };
  const holder = state.keysByHash.get(keyHash.toString('hex'));
  if (holder && holder.id !== existing?.id)
    return { violations: [{ field, description: 'is the key of another ApiKey' }] };
  const { tenantId, kind, name } = document;
  const hash = canonicalHash(spec);
  const unchanged = existing?.hash.equals(hash) && stored?.hash.equals(keyHash);
  const outcome: Outcome = !existing ? 'created' : unchanged ? 'unchanged' : 'configured';
  const key: StoredKey = {
    hash: keyHash,
    tenantId,
    id,
    name,
    roles: rolesOfKey(spec.role),
    agentId,
    agent: spec.agent,
    worker: spec.worker,
  };
  const write = { tenantId, kind, name, id, spec, secrets: {}, hash, appliedByOperator: false };
  return { plan: { document, existing, outcome, write, key, ...(madeKey && { madeKey }) }, violations: [] };
}
