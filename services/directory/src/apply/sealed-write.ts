import type { DirectoryContext } from '../directory-context';
import { canonicalHash } from '../domain/canonical-json';
import type { Document, JsonObject, StoredResource } from '../domain/resource';
import type { Outcome, PlannedWrite } from './apply-plan';

/** A document with what it meets. */
export interface SealedPlanning {
  document: Document;
  existing: StoredResource | undefined;
  id: string;
}

/**
 * Opens what is stored of a resource's secrets.
 *
 * @param existing the resource; undefined when it is new
 * @param context directory's
 * @returns the secrets in the clear, by path
 */
export const storedSecrets = (
  existing: StoredResource | undefined,
  context: DirectoryContext,
): Map<string, string> =>
  new Map(
    Object.entries(existing?.secrets ?? {}).map(([field, envelope]) => {
      const place = { tenantId: existing?.tenantId ?? '', resourceId: existing?.id ?? '', field };
      return [field, context.box.open(envelope, place)];
    }),
  );

const sameSecrets = (left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): boolean =>
  left.size === right.size && [...left].every(([path, secret]) => right.get(path) === secret);

/**
 * Plans the write of a resource that has secrets. Those that stay as they are keep their envelopes.
 *
 * @param planning the document and what it meets
 * @param content spec without its secrets, the secrets now and before, who set its address
 * @param context directory's
 * @returns what is to be written
 */
export function sealedWrite(
  { document, existing, id }: SealedPlanning,
  content: {
    spec: JsonObject;
    secrets: ReadonlyMap<string, string>;
    kept: ReadonlyMap<string, string>;
    appliedByOperator: boolean;
  },
  context: DirectoryContext,
): PlannedWrite {
  const { spec, kept, appliedByOperator } = content;
  const { tenantId, kind, name } = document;
  const hash = canonicalHash(spec);
  const secretsKept = sameSecrets(kept, content.secrets);
  const unchanged =
    existing?.hash.equals(hash) && secretsKept && existing.appliedByOperator === appliedByOperator;
  const seal = ([field, secret]: [string, string]) => [
    field,
    context.box.seal(secret, { tenantId, resourceId: id, field }),
  ];
  const secrets =
    existing && secretsKept ? existing.secrets : Object.fromEntries([...content.secrets].map(seal));
  const outcome: Outcome = !existing ? 'created' : unchanged ? 'unchanged' : 'configured';
  const write = { tenantId, kind, name, id, spec, secrets, hash, appliedByOperator };
  return { document, existing, outcome, write };
}
