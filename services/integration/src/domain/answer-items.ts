import type { Lookup } from './connector';

/** One thing of an answer: plain values by the names that the connector gives them. */
export type Item = Record<string, string | number | boolean | null>;

const mostItems = 50;
const longestText = 500;

const stepOf = (value: unknown, step: string): unknown => {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Record<string, unknown>)[step];
};

/** RFC 6901; undefined where there is nothing. */
function at(document: unknown, pointer: string): unknown {
  if (pointer === '') return document;
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce(stepOf, document);
}

const plainValue = (value: unknown): string | number | boolean | null | undefined => {
  if (typeof value === 'string') return value.toWellFormed().replaceAll('\0', '').slice(0, longestText);
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value;
  return undefined;
};

/**
 * Takes of an answer what the connector declares: plain values alone, so that nothing else can leave the system.
 *
 * @param document the answer.
 * @param lookup where the things lie, and what is taken of each.
 * @returns at most 50 things; those without any of the fields are left out.
 */
export function itemsOf(document: unknown, lookup: Pick<Lookup, 'items' | 'fields'>): Item[] {
  const found = at(document, lookup.items);
  const things = Array.isArray(found) ? found : found === undefined || found === null ? [] : [found];
  return things
    .slice(0, mostItems)
    .map((thing) => itemOf(thing, lookup.fields))
    .filter((item) => Object.keys(item).length > 0);
}

function itemOf(thing: unknown, fields: Record<string, string>): Item {
  const values = Object.entries(fields).map(
    ([name, pointer]) => [name, plainValue(at(thing, pointer))] as const,
  );
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Item;
}
