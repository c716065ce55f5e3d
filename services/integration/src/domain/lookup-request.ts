import type { Connector, Lookup } from './connector';
import { fill, namesIn } from './template';

/** What one look-up asks of another system. */
export interface LookupRequest {
  method: 'GET' | 'POST';
  url: string;
  body: string | undefined;
}

/** One thing that can be asked for, and the values it would be asked with. */
export interface Candidate {
  connector: Connector;
  lookup: Lookup;
  /** Names of placeholders without a value. */
  missing: string[];
}

const longestValue = 256;

/**
 * Lists what could answer, in the order in which it is to be tried.
 *
 * @param connectors of a tenant, by name.
 * @param name of the look-up.
 * @param values by the names of placeholders.
 * @returns a candidate for each look-up of that name.
 */
export function candidatesFor(
  connectors: readonly Connector[],
  name: string,
  values: ReadonlyMap<string, string>,
): Candidate[] {
  const isUsable = (value: string | undefined): boolean =>
    value !== undefined && value.length <= longestValue && value.isWellFormed();
  return connectors.flatMap((connector) =>
    connector.lookups
      .filter((lookup) => lookup.name === name)
      .map((lookup) => {
        const names = [lookup.path, ...Object.values(lookup.body ?? {})].flatMap(namesIn);
        const missing = [...new Set(names)].filter((each) => !isUsable(values.get(each)));
        return { connector, lookup, missing };
      }),
  );
}

/**
 * Writes the request of a look-up whose placeholders all have values.
 *
 * @param candidate nothing of it is missing.
 * @param values by the names of placeholders.
 * @returns the request; undefined when a value would lead to another path than the connector declares, such as `..`.
 */
export function requestOf(
  { connector, lookup }: Candidate,
  values: ReadonlyMap<string, string>,
): LookupRequest | undefined {
  const value = (name: string): string => values.get(name) ?? '';
  const url = connector.baseUrl + fill(lookup.path, (name) => encoded(value(name)));
  if (URL.parse(url)?.href !== plainUrl(connector.baseUrl, url)) return undefined;
  const fields = Object.entries(lookup.body ?? {}).map(([name, template]) => [name, fill(template, value)]);
  const body = lookup.method === 'POST' ? JSON.stringify(Object.fromEntries(fields)) : undefined;
  return { method: lookup.method, url, body };
}

/** As a URL's parser leaves it, in the path and in the query. */
const encoded = (value: string): string => encodeURIComponent(value).replaceAll("'", '%27');

/** The URL as a parser writes it, if it takes no step up or aside: what follows the base stays as it is. */
const plainUrl = (baseUrl: string, url: string): string =>
  `${URL.parse(baseUrl)?.href.replace(/\/$/, '')}${url.slice(baseUrl.length)}`;
