/** What a log line shows in place of a value that must not be there. */
export const redacted = '[redacted]';

// Exact names of keys (lower case, without _ and -) whose values are what people wrote or where they are reached.
const personalKeys = new Set([
  'text',
  'body',
  'rawbody',
  'content',
  'payload',
  'raw',
  'caption',
  'address',
  'phone',
  'email',
  'cookie',
  'setcookie',
  'apikey',
  'encryptionkey',
]);
const secretParts = /authorization|token|secret|password|passwd|credential|signature/;

const maxDepth = 5;

/**
 * Makes what is given to the logger safe: values under keys that hold secrets or personal data are replaced, errors are
 * cut to their allow-listed fields, bytes and what lies deeper than five levels are left out.
 * @param value anything passed as a log line's fields
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return describeError(value, depth);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= maxDepth) return '[deeper]';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return redactFields(value, depth);
}

/**
 * Redacts the fields of an object; see `redact`.
 * @param fields a log line's fields
 */
export function redactFields(fields: object, depth = 0): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    safe[key] = isSensitive(key) ? redacted : redact(value, depth + 1);
  }
  return safe;
}

function isSensitive(key: string): boolean {
  const plain = key.toLowerCase().replace(/[_-]/g, '');
  return personalKeys.has(plain) || secretParts.test(plain);
}

// Fields of errors that name a kind or a place, never a value. PostgreSQL's `detail` and `where` hold row values.
const errorFields = ['code', 'constraint', 'table', 'schema', 'column', 'routine', 'syscall', 'statusCode'];

function describeError(error: Error, depth: number): Record<string, unknown> {
  const described: Record<string, unknown> = { type: error.name, reason: withoutQuotes(error.message) };
  for (const field of errorFields) {
    const value = (error as unknown as Record<string, unknown>)[field];
    if (typeof value === 'string' || typeof value === 'number') described[field] = value;
  }
  described.stack = framesOf(error.stack);
  if (error.cause !== undefined && depth < maxDepth) described.cause = redactCause(error.cause, depth + 1);
  return described;
}

function redactCause(cause: unknown, depth: number): unknown {
  return cause instanceof Error ? describeError(cause, depth) : typeof cause;
}

// What libraries quote in a message is input: JSON.parse quotes the text, PostgreSQL the value, DNS the host's name.
function withoutQuotes(message: string): string {
  return message
    .replace(/"[^"]*"?|'[^']{2,}'|“[^”]*”?|`[^`]*`?/g, '"…"')
    .replace(/\d{5,}/g, '…')
    .slice(0, 300);
}

function framesOf(stack: string | undefined): string[] {
  return (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
}
