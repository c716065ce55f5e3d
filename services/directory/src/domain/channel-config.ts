import type { FieldViolation } from '@omnigate/errors';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { JsonObject } from './resource';
import { isStorable, textError } from './text';

const typeNames: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
};

/** A mapping that lists its properties has no others, unless its schema says so. */
const closed = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  const listsProperties = typeof copy.properties === 'object' && copy.type !== undefined;
  return listsProperties && copy.additionalProperties === undefined
    ? { ...copy, additionalProperties: false }
    : copy;
};

const pathOf = (pointer: string): string =>
  pointer
    .split('/')
    .slice(1)
    .map((step) =>
      /^\d+$/.test(step) ? `[${step}]` : `.${step.replaceAll('~1', '/').replaceAll('~0', '~')}`,
    )
    .join('');

const violationOf = (error: ErrorObject, base: string): FieldViolation => {
  const field = base + pathOf(error.instancePath);
  if (error.keyword === 'required')
    return { field: `${field}.${error.params.missingProperty}`, description: 'is required' };
  if (error.keyword === 'additionalProperties')
    return { field: `${field}.${error.params.additionalProperty}`, description: 'is not a known field' };
  if (error.keyword === 'type') {
    const wanted = [error.params.type].flat().map((type: string) => typeNames[type] ?? type);
    return { field, description: `must be ${wanted.join(' or ')}` };
  }
  if (error.keyword === 'enum')
    return { field, description: `must be one of ${error.params.allowedValues.map(String).join(', ')}` };
  return { field, description: error.message ?? 'is not valid' };
};

/** Checks a config by the JSON Schema of its channel type. */
export type ConfigCheck = (schema: JsonObject, config: JsonObject, base: string) => FieldViolation[];

/**
 * Makes a check that compiles each schema once. Descriptions hold no values: they may be secrets.
 *
 * @returns the check; it returns every violation at once
 */
export function createConfigCheck(): ConfigCheck {
  const ajv = new Ajv({ allErrors: true, strict: false, keywords: ['secret'] });
  addFormats.default(ajv);
  const compiled = new Map<string, ValidateFunction>();
  return (schema, config, base) => {
    const text = JSON.stringify(schema);
    const validate = compiled.get(text) ?? ajv.compile(closed(schema) as JsonObject);
    compiled.set(text, validate);
    if (!validate(config)) return (validate.errors ?? []).map((error) => violationOf(error, base));
    return isStorable(config) ? [] : [{ field: base, description: textError }];
  };
}
