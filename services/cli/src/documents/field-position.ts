import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';

/** Where a field stands in its document. */
export interface FieldPosition {
  /** Offset of its key, or of the nearest thing around it that is there. */
  offset: number;
  /** Its value; absent where the field itself is. */
  node: Node | undefined;
}

/**
 * Takes a path apart.
 *
 * @param path such as `spec.hours[0].from`.
 * @returns `['spec', 'hours', 0, 'from']`.
 */
export const stepsOf = (path: string): (string | number)[] =>
  [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, key]) =>
    index === undefined ? (key ?? '') : Number(index),
  );

const startOf = (node: unknown): number | undefined => (node as Node | null)?.range?.[0];

/**
 * Finds a field in a document.
 *
 * @param document as parsed.
 * @param steps of stepsOf.
 * @returns its position; that of what should hold it when it is missing.
 */
export function findField(document: Document, steps: readonly (string | number)[]): FieldPosition {
  let node = document.contents as Node | null;
  let offset = startOf(node) ?? document.range?.[0] ?? 0;
  for (const step of steps) {
    const found = memberOf(isAlias(node) ? (node.resolve(document) ?? null) : node, step);
    if (!found) return { offset, node: undefined };
    offset = found.offset ?? offset;
    node = found.node;
  }
  return { offset, node: node ?? undefined };
}

function memberOf(
  node: Node | null,
  step: string | number,
): { offset: number | undefined; node: Node | null } | undefined {
  if (isSeq(node) && typeof step === 'number') {
    const item = node.items[step] as Node | undefined;
    return item && { offset: startOf(item), node: item };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step)) as
    | Pair<Node, Node | null>
    | undefined;
  return pair && { offset: startOf(pair.key), node: pair.value };
}
