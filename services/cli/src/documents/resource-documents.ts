import type { Resource } from '@omnigate/contracts';
import { type Document, isScalar, LineCounter, parseAllDocuments, visit } from 'yaml';
import type { Problem } from './apply-documents';
import { findField, stepsOf } from './field-position';
import type { SourceText } from './source-text';
import { isUnquoted, substituteVariables } from './variables';

/** A resource with the document that it comes from. */
export interface ResourceDocument {
  resource: Resource;
  source: string;
  document: Document;
  lines: LineCounter;
}

/** All documents of some files, and everything that is wrong with them. */
export interface ReadResources {
  documents: ResourceDocument[];
  problems: Problem[];
}

const topFields = ['kind', 'metadata', 'spec', 'status'];
const metadataFields = ['name', 'id'];

/**
 * Reads resources from YAML (or JSON) of one or many documents.
 *
 * @param sources the files.
 * @param env where `${NAME}` is taken from.
 * @returns the resources in order, and every problem; empty documents are passed over.
 */
export function readResources(sources: readonly SourceText[], env: NodeJS.ProcessEnv): ReadResources {
  const read: ReadResources = { documents: [], problems: [] };
  for (const source of sources) {
    const lines = new LineCounter();
    const parsed = parseAllDocuments(source.text, {
      lineCounter: lines,
      prettyErrors: false,
      schema: 'core',
      merge: true,
      stringKeys: true,
    });
    for (const document of parsed as Document[]) {
      const { resource, problems } = readDocument({ source: source.name, document, lines }, env);
      read.problems.push(...problems);
      if (resource) read.documents.push({ resource, source: source.name, document, lines });
    }
  }
  return read;
}

type Place = Omit<ResourceDocument, 'resource'>;

/**
 * A problem as people read it.
 *
 * @param place document and file.
 * @param field its path in the document; empty for the document as a whole.
 * @param description what is wrong.
 * @returns the problem with its line.
 */
export function problemAt(place: Place, field: string, description: string): Problem {
  const { offset, node } = findField(place.document, stepsOf(field));
  const unquoted = description.startsWith('must be a text') && isUnquoted(node) && isScalar(node);
  const advice = unquoted && typeof node.value !== 'string' ? '; write it in quotes' : '';
  return problemAtOffset(place, offset, `${field === '' ? '' : `${field}: `}${description}${advice}`);
}

const problemAtOffset = ({ source, lines }: Place, offset: number, text: string): Problem => ({
  source,
  line: lines.linePos(offset).line,
  text,
});

function readDocument(
  place: Place,
  env: NodeJS.ProcessEnv,
): { resource: Resource | undefined; problems: Problem[] } {
  const { document } = place;
  const wrong = [...document.errors, ...document.warnings].map(({ pos, message }) =>
    problemAtOffset(place, pos[0], message),
  );
  if (wrong.length > 0) return { resource: undefined, problems: wrong };
  const broken = aliasProblems(place);
  if (broken.length > 0) return { resource: undefined, problems: broken };
  const problems = [...missingVariables(place, env), ...numberProblems(place)];
  const value = plainValue(place, problems);
  // Null: a document of comments alone.
  if (value === undefined || value === null) return { resource: undefined, problems };
  problems.push(...formProblems(place, value));
  return { resource: problems.length === 0 ? toResource(value as ResourceForm) : undefined, problems };
}

const missingVariables = (place: Place, env: NodeJS.ProcessEnv): Problem[] =>
  substituteVariables(place.document, env).map(({ name, node }) =>
    problemAtOffset(
      place,
      node.range?.[0] ?? 0,
      `${pathOf(place.document, node)}: the environment variable ${name} is not set`,
    ),
  );

function aliasProblems(place: Place): Problem[] {
  const problems: Problem[] = [];
  visit(place.document, {
    Alias(_key, node) {
      if (node.resolve(place.document) !== undefined) return;
      problems.push(problemAtOffset(place, node.range?.[0] ?? 0, `there is no &${node.source} before this`));
    },
  });
  return problems;
}

/** Numbers that would arrive as something else: JSON has no infinity, and not every whole number. */
function numberProblems(place: Place): Problem[] {
  const problems: Problem[] = [];
  visit(place.document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'number') return;
      const exact =
        Number.isFinite(node.value) && (!Number.isInteger(node.value) || Number.isSafeInteger(node.value));
      if (exact) return;
      const description = `${pathOf(place.document, node)}: is a number that can not be kept; write it in quotes`;
      problems.push(problemAtOffset(place, node.range?.[0] ?? 0, description));
    },
  });
  return problems;
}

/** Path of a node, such as `spec.hours[0].from`. */
function pathOf(document: Document, wanted: unknown): string {
  let path = '';
  visit(document, {
    Scalar(_key, node, ancestors) {
      if (node !== wanted) return undefined;
      const nodes = [...ancestors, node];
      for (const [index, parent] of nodes.entries()) {
        const child = nodes[index + 1];
        if (parent && 'key' in parent) path += `.${String((parent.key as { value?: unknown }).value)}`;
        else if (parent && 'items' in parent && child && !('key' in child))
          path += `[${(parent.items as unknown[]).indexOf(child)}]`;
      }
      return visit.BREAK;
    },
  });
  return path.replace(/^\./, '');
}

function plainValue(place: Place, problems: Problem[]): unknown {
  try {
    return place.document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // Too many aliases, or a depth that the stack can't hold.
    problems.push(problemAt(place, '', error instanceof Error ? error.message : 'can not be read'));
    return undefined;
  }
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function formProblems(place: Place, value: unknown): Problem[] {
  if (!isMapping(value)) return [problemAt(place, '', 'must be a mapping with kind, metadata and spec')];
  const { kind, metadata, spec } = value;
  const unknown = Object.keys(value).filter((field) => !topFields.includes(field));
  return [
    ...unknown.map((field) =>
      problemAt(place, field, `is not a known field; there are: ${topFields.join(', ')}`),
    ),
    ...textProblem(place, 'kind', kind),
    ...(metadata === undefined || isMapping(metadata)
      ? metadataProblems(place, metadata ?? {})
      : [problemAt(place, 'metadata', 'must be a mapping')]),
    ...(spec === undefined || spec === null || isMapping(spec)
      ? []
      : [problemAt(place, 'spec', 'must be a mapping')]),
  ];
}

const metadataProblems = (place: Place, metadata: Record<string, unknown>): Problem[] => [
  ...Object.keys(metadata)
    .filter((field) => !metadataFields.includes(field))
    .map((field) => problemAt(place, `metadata.${field}`, 'is not a known field; there are: name, id')),
  ...textProblem(place, 'metadata.name', metadata.name),
  ...(metadata.id === undefined || metadata.id === null
    ? []
    : textProblem(place, 'metadata.id', metadata.id)),
];

function textProblem(place: Place, field: string, value: unknown): Problem[] {
  if (value === undefined || value === null) return [problemAt(place, field, 'is required')];
  return typeof value === 'string' ? [] : [problemAt(place, field, 'must be a text')];
}

interface ResourceForm {
  kind: string;
  metadata: { name: string; id?: string | null };
  spec?: Record<string, unknown> | null;
}

const toResource = ({ kind, metadata, spec }: ResourceForm): Resource => ({
  kind,
  metadata: { name: metadata.name, id: metadata.id ?? '' },
  spec: spec ?? {},
  status: undefined,
});
