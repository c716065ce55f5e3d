import type { Resource } from '@omnigate/contracts';
import type { FieldViolation } from '@omnigate/errors';
import { checkFields } from '../domain/field-check';
import { kindProblem, parseKind } from '../domain/kind';
import { type Document, type JsonObject, namePattern, uuidPattern } from '../domain/resource';
import { specSchemas } from '../domain/spec-rules';

/** Documents whose form is right, and all that is wrong with the others. */
export interface ReadDocuments {
  documents: Document[];
  violations: FieldViolation[];
}

const kindViolation = (written: string, field: string): FieldViolation => ({
  field,
  description: written === '' ? 'is required' : kindProblem(parseKind(written)),
});

const metadataViolations = (resource: Resource, base: string): FieldViolation[] => {
  const violations: FieldViolation[] = [];
  const name = resource.metadata?.name ?? '';
  const id = resource.metadata?.id ?? '';
  if (name === '') violations.push({ field: `${base}.metadata.name`, description: 'is required' });
  else if (!namePattern.test(name))
    violations.push({ field: `${base}.metadata.name`, description: 'must be 1 to 63 of a-z, 0-9 and -' });
  if (id !== '' && !uuidPattern.test(id))
    violations.push({ field: `${base}.metadata.id`, description: 'must be a UUID' });
  return violations;
};

const readDocument = (resource: Resource, index: number, tenantId: string): ReadDocuments => {
  const base = `resources[${index}]`;
  const violations = metadataViolations(resource, base);
  const kind = parseKind(resource.kind);
  if (kind.state !== 'kept')
    return { documents: [], violations: [kindViolation(resource.kind, `${base}.kind`), ...violations] };
  const spec = checkFields(specSchemas[kind.kind], resource.spec ?? {}, `${base}.spec`);
  // Nothing can refer to a name that is none.
  if (violations.length > 0) return { documents: [], violations: [...violations, ...spec.violations] };
  const document = {
    index,
    tenantId,
    kind: kind.kind,
    name: resource.metadata?.name ?? '',
    id: resource.metadata?.id ? resource.metadata.id.toLowerCase() : undefined,
  };
  // What is wrong in itself still counts as declared, so that documents that refer to it are not blamed too.
  const sound = spec.violations.length === 0;
  return {
    documents: [{ ...document, spec: (spec.value ?? {}) as JsonObject, sound }],
    violations: spec.violations,
  };
};

/**
 * Checks the form of every document of an apply.
 *
 * @param resources as the request holds them
 * @param tenantId tenant that all but Tenants belong to
 * @returns every document whose kind is known, and every violation
 */
export function readDocuments(resources: readonly Resource[], tenantId: string): ReadDocuments {
  const read = resources.map((resource, index) => readDocument(resource, index, tenantId));
  const documents = read.flatMap((each) => each.documents);
  return { documents, violations: [...read.flatMap((each) => each.violations), ...repeats(documents)] };
}

const repeats = (documents: readonly Document[]): FieldViolation[] => {
  const seen = new Set<string>();
  return documents.flatMap((document) => {
    const key = `${document.kind}/${document.name}`;
    const repeated = seen.has(key);
    seen.add(key);
    const field = `resources[${document.index}].metadata.name`;
    return repeated ? [{ field, description: `${key} stands twice in this request` }] : [];
  });
};
