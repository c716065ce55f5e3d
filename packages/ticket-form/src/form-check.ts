import type { FieldViolation } from '@omnigate/errors';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020';
import type { FormProperty, TicketForm } from './ticket-type';

/** Values of a form. */
export type FormValues = Record<string, unknown>;

/** Values that fit, texts trimmed and empty ones left out, or everything that is wrong. */
export type CheckedValues =
  | { values: FormValues; violations: [] }
  | { values: undefined; violations: FieldViolation[] };

/** Checks values; `base` is their path, such as `form`. */
export type FormCheck = (values: unknown, base: string) => CheckedValues;

const typeNames: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
};

/** Where no maxLength is given. */
const longest = 2000;

const isDate = (text: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
};
const isTime = (text: string): boolean => /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text);
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000');

const formatNames: Record<string, string> = {
  date: 'must be a date, such as 2026-12-31',
  time: 'must be a time of day, such as 18:30',
  storable: 'must not hold NUL or broken Unicode',
};

const createAjv = (): Ajv2020 => {
  const ajv = new Ajv2020({ allErrors: true, strict: true, unicodeRegExp: true });
  ajv.addFormat('date', isDate);
  ajv.addFormat('time', isTime);
  ajv.addFormat('storable', isStorable);
  return ajv;
};

/** What ajv reads of a property: the texts are for people. */
const schemaOf = ({ title: _title, ask: _ask, labels: _labels, ...keywords }: FormProperty): object => {
  const schema = Object.fromEntries(Object.entries(keywords).filter(([, value]) => value !== undefined));
  if (keywords.type !== 'string') return schema;
  return { maxLength: longest, allOf: [{ type: 'string', format: 'storable' }], ...schema };
};

const descriptions: Record<string, (parameters: Record<string, unknown>) => string> = {
  type: ({ type }) => `must be ${typeNames[String(type)] ?? String(type)}`,
  enum: ({ allowedValues }) => `must be one of ${(allowedValues as string[]).join(', ')}`,
  minLength: ({ limit }) => `must be at least ${limit} characters long`,
  maxLength: ({ limit }) => `must be at most ${limit} characters long`,
  minimum: ({ limit }) => `must be at least ${limit}`,
  maximum: ({ limit }) => `must be at most ${limit}`,
  pattern: ({ pattern }) => `must look like ${pattern}`,
  format: ({ format }) => formatNames[String(format)] ?? 'is not valid',
};

const violationOf = ({ keyword, params, instancePath }: ErrorObject, base: string): FieldViolation => {
  const field = base + instancePath.replaceAll('/', '.');
  if (keyword === 'required')
    return { field: `${field}.${params.missingProperty}`, description: 'is required' };
  if (keyword === 'additionalProperties')
    return { field: `${field}.${params.additionalProperty}`, description: 'is not a field of this form' };
  return { field, description: descriptions[keyword]?.(params) ?? 'is not valid' };
};

const withoutBlanks = (values: unknown): unknown => {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return values;
  const trimmed = Object.entries(values).map(([name, value]): [string, unknown] => [
    name,
    typeof value === 'string' ? value.trim() : value,
  ]);
  return Object.fromEntries(trimmed.filter(([, value]) => value !== ''));
};

/**
 * Compiles a form.
 *
 * @param form of a TicketType, as directory has checked it
 * @returns the check; it tells everything that is wrong at once
 * @throws Error where the form is not one that directory lets through
 */
export function createFormCheck(form: TicketForm): FormCheck {
  const properties = Object.entries(form.properties).map(([name, property]) => [name, schemaOf(property)]);
  const validate = createAjv().compile({
    type: 'object',
    required: form.required,
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  });
  return (given, base) => {
    const values = withoutBlanks(given);
    if (validate(values)) return { values: values as FormValues, violations: [] };
    const found = (validate.errors ?? []).map((error) => violationOf(error, base));
    // A value of another type is told once, whatever else asks for its type.
    const unique = new Map(
      found.map((violation) => [`${violation.field} ${violation.description}`, violation]),
    );
    return { values: undefined, violations: [...unique.values()] };
  };
}
