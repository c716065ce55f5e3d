import { AppError } from '@omnigate/errors';
import type { ZodObject, ZodType } from 'zod';

/**
 * Reads a service's configuration from the environment. An empty variable counts as unset.
 * @param schema an object schema whose keys are names of environment variables
 * @param env such as `process.env`; keys that the schema lacks are ignored
 * @throws AppError CONFIG_INVALID with one field violation for every bad key, never with its value
 */
export function loadConfig<T>(schema: ZodType<T>, env: NodeJS.ProcessEnv): T {
  const result = schema.safeParse(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')),
  );
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => ({
    field: issue.path.join('.') || 'environment',
    description: issue.message,
  }));
  throw new AppError('CONFIG_INVALID', {}, { fields });
}

/**
 * Lists the environment variables of a configuration for people, one a line: name, description, default.
 * @param schema an object schema whose keys carry `.describe(…)`
 * @returns lines with aligned columns, without a newline at the end
 */
export function describeConfig(schema: ZodObject): string {
  const keys = Object.entries(schema.shape) as [string, ZodType][];
  const width = Math.max(0, ...keys.map(([key]) => key.length));
  return keys
    .map(([key, field]) => `${key.padEnd(width)}  ${field.description ?? ''} ${defaultOf(field)}`.trimEnd())
    .join('\n');
}

function defaultOf(field: ZodType): string {
  const result = field.safeParse(undefined);
  if (!result.success) return '(required)';
  return result.data === undefined ? '' : `(default: ${String(result.data)})`;
}
