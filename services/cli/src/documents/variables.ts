import { type Document, isScalar, type Scalar, visit } from 'yaml';

// `$${NAME}` stays `${NAME}`.
const reference = /(\$?)\$\{([A-Za-z_]\w*)\}/g;
const nothingElse = /^\$\{[A-Za-z_]\w*\}$/;

/** A variable that the environment lacks, and the node that names it. */
export interface MissingVariable {
  name: string;
  node: Scalar;
}

/**
 * Puts the environment's values where a document says `${NAME}`; keys and comments stay as they are. The value is text,
 * but where `${NAME}` stands alone and without quotes: there `10` is a number and `true` is true, as if it were written.
 *
 * @param document changed in place.
 * @param env the environment.
 * @returns every variable that is missing.
 */
export function substituteVariables(document: Document, env: NodeJS.ProcessEnv): MissingVariable[] {
  const missing: MissingVariable[] = [];
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string') return;
      const bare = node.type === 'PLAIN' && nothingElse.test(node.value);
      const value = node.value.replace(reference, (whole, escaped: string, name: string) => {
        if (escaped !== '') return whole.slice(1);
        const found = env[name];
        if (found === undefined) missing.push({ name, node });
        return found ?? '';
      });
      node.value = bare ? asWritten(value) : value;
    },
  });
  return missing;
}

/** `10` and `true`, but not `+14155550100` or `007`, which only look like numbers. */
function asWritten(value: string): string | number | boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  const number = Number(value);
  return value !== '' && Number.isFinite(number) && String(number) === value ? number : value;
}

/** Whether a node is a scalar that was written without quotes. */
export const isUnquoted = (node: unknown): boolean => isScalar(node) && node.type === 'PLAIN';
