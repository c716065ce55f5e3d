import type { FieldViolation } from '@omnigate/errors';
import { type JsonObject, maskedSecret } from './resource';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Lists the secrets of a config by their paths, such as `auth_token` or `smtp.password`.
 *
 * @param schema JSON Schema of an object; secret properties carry `"secret": true`
 * @returns paths in the schema's order
 */
export function secretPaths(schema: JsonObject): string[] {
  const properties = isObject(schema.properties) ? schema.properties : {};
  return Object.entries(properties).flatMap(([name, property]) => {
    if (!isObject(property)) return [];
    return property.secret === true ? [name] : secretPaths(property).map((path) => `${name}.${path}`);
  });
}

/** The object that holds a path's last member, where the config has it. */
const holderOf = (config: JsonObject, path: string): { holder: JsonObject; member: string } | undefined => {
  const steps = path.split('.');
  const member = steps.pop() ?? path;
  let holder: unknown = config;
  for (const step of steps)
    holder = isObject(holder) && Object.hasOwn(holder, step) ? holder[step] : undefined;
  return isObject(holder) ? { holder, member } : undefined;
};

/** A config taken apart. */
export interface SplitConfig {
  /** With its secrets in the clear: what the channel will work with. */
  complete: JsonObject;
  /** Without its secrets: what is stored as it is. */
  open: JsonObject;
  /** Plain secrets by path. */
  secrets: Map<string, string>;
  violations: FieldViolation[];
}

/**
 * Takes the secrets out of a config. Absent and `***` keep the stored one, null gives it up.
 *
 * @param config as written; not changed
 * @param paths of secretPaths
 * @param kept stored secrets in the clear, by path
 * @param base path of the config in the request
 * @returns its parts
 */
export function splitConfig(
  config: JsonObject,
  paths: readonly string[],
  kept: ReadonlyMap<string, string>,
  base: string,
): SplitConfig {
  const complete = structuredClone(config);
  const open = structuredClone(config);
  const secrets = new Map<string, string>();
  const violations: FieldViolation[] = [];
  for (const path of paths) {
    const place = holderOf(complete, path);
    const openPlace = holderOf(open, path);
    if (!place || !openPlace) continue;
    const written = Object.hasOwn(place.holder, place.member) ? place.holder[place.member] : undefined;
    delete openPlace.holder[openPlace.member];
    delete place.holder[place.member];
    if (written === null) continue;
    const secret = written === undefined || written === maskedSecret ? kept.get(path) : written;
    if (secret !== undefined) place.holder[place.member] = secret;
    else if (written === maskedSecret)
      violations.push({
        field: `${base}.${path}`,
        description: 'is *** but there is no stored secret to keep',
      });
    if (typeof secret === 'string') secrets.set(path, secret);
  }
  return { complete, open, secrets, violations };
}

/**
 * Puts values back where splitConfig took secrets out.
 *
 * @param config without secrets; not changed
 * @param values by path
 * @returns a copy with the values
 */
export function withSecrets(config: JsonObject, values: Iterable<readonly [string, string]>): JsonObject {
  const complete = structuredClone(config);
  for (const [path, value] of values) {
    const place = holderOf(complete, path);
    if (place) place.holder[place.member] = value;
  }
  return complete;
}
