import type { ChannelType } from '@omnigate/contracts';
import type { Transaction } from '@omnigate/database';
import { hashApiKey } from '../domain/api-key';
import { type Document, maskedSecret } from '../domain/resource';
import { referencesOf } from '../domain/spec-rules';
import { findKeysByHash, findKeysById } from '../store/api-keys';
import { findResources, findResourcesById } from '../store/resources';
import { type ApplyState, resourceKey } from './apply-plan';

const givenHashes = (documents: readonly Document[]): Buffer[] =>
  documents.flatMap((document) => {
    const key = document.kind === 'ApiKey' ? document.spec.key : undefined;
    return typeof key === 'string' && key !== maskedSecret ? [hashApiKey(key)] : [];
  });

/**
 * Reads all that an apply meets, in a handful of statements however many documents there are.
 *
 * @param tx a transaction that has locked the tenants
 * @param documents the documents
 * @param channelTypes manifests
 * @returns what exists
 */
export async function readApplyState(
  tx: Transaction,
  documents: readonly Document[],
  channelTypes: ReadonlyMap<string, ChannelType>,
): Promise<ApplyState> {
  const references = documents.flatMap((document) =>
    referencesOf(document.kind, document.spec).map((reference) => ({
      ...reference,
      tenantId: document.tenantId,
    })),
  );
  const names = new Map([...documents, ...references].map((name) => [resourceKey(name), name]));
  const ids = documents.flatMap((document) => document.id ?? []);
  const existing = await findResources(tx, [...names.values()]);
  const byId = ids.length > 0 ? await findResourcesById(tx, ids) : [];
  const declared = new Set(documents.map(resourceKey));
  const keyIds = existing
    .filter((found) => found.kind === 'ApiKey' && declared.has(resourceKey(found)))
    .map((found) => found.id);
  const hashes = givenHashes(documents);
  const keysById = keyIds.length > 0 ? await findKeysById(tx, keyIds) : [];
  const keysByHash = hashes.length > 0 ? await findKeysByHash(tx, hashes) : [];
  return {
    existing: new Map(existing.map((found) => [resourceKey(found), found])),
    byId: new Map(byId.map((found) => [`${found.tenantId}|${found.id}`, found])),
    channelTypes,
    keysById: new Map(keysById.map((key) => [key.id, key])),
    keysByHash: new Map(keysByHash.map((key) => [key.hash.toString('hex'), key])),
  };
}
