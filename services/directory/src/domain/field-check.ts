import type { FieldViolation } from '@omnigate/errors';
import type { core, ZodType } from 'zod';

const expected: Record<string, string> = {
  string: 'must be a text',
  number: 'must be a number',
  int: 'must be a whole number',
  boolean: 'must be true or false',
  array: 'must be a list',
  object: 'must be a mapping',
  record: 'must be a mapping',
};

/** Path of a member: `spec.hours[0].from`. */
const memberPath = (base: string, path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`),
    base,
  );

const describe = (issue: core.$ZodIssue): string => {
  if (issue.code === 'invalid_type')
    return issue.input === undefined ? 'is required' : (expected[issue.expected] ?? issue.message);
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small') return `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  return issue.message;
};

const unitOf = (origin: string): string => {
  if (origin === 'string') return ' characters long';
  return origin === 'array' ? ' entries long' : '';
};

const violationsOf = (issue: core.$ZodIssue, base: string): FieldViolation[] => {
  const field = memberPath(base, issue.path);
  if (issue.code !== 'unrecognized_keys') return [{ field, description: describe(issue) }];
  return issue.keys.map((key) => ({ field: `${field}.${key}`, description: 'is not a known field' }));
};

/** A value that fits its schema, or everything that is wrong with it. */
export type Checked<T> = { value: T; violations: [] } | { value: undefined; violations: FieldViolation[] };

/**
 * Checks a value and fills in defaults. No description holds the value itself: it may be a secret.
 *
 * @param schema what is expected
 * @param value what was written
 * @param base path of the value, such as `resources[3].spec`
 * @returns the value, or every violation at once
 */
export function checkFields<T>(schema: ZodType<T>, value: unknown, base: string): Checked<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { value: result.data, violations: [] };
  return { value: undefined, violations: result.error.issues.flatMap((issue) => violationsOf(issue, base)) };
}
