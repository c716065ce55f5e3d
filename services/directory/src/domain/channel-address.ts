import { createHash } from 'node:crypto';
import type { JsonObject } from './resource';

/**
 * The property of a config that no two channels of a type may have alike, since what comes is for whoever has it.
 *
 * @param schema JSON Schema of an object; that property carries `"unique": true`.
 * @returns its name, or undefined.
 */
export function uniqueProperty(schema: JsonObject): string | undefined {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonObject>);
  return properties.find(([, property]) => property.unique === true)?.[0];
}

/**
 * What stands for an address in the look-up of all tenants: not the address itself.
 *
 * @param type channel type.
 * @param address as written; upper and lower case are one.
 * @returns 32 bytes.
 */
export const hashAddress = (type: string, address: string): Buffer =>
  createHash('sha256').update(`${type}\n${address.trim().toLowerCase()}`).digest();
