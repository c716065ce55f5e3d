import { AppError } from '@omnigate/errors';

const defaultPageSize = 50;
const maxPageSize = 500;

/**
 * Reads a list request's page_size: 0 means 50, more than 500 is cut to 500.
 * @throws AppError INVALID_ARGUMENT when negative
 */
export function pageSize(requested: number): number {
  if (requested < 0) {
    throw new AppError(
      'INVALID_ARGUMENT',
      {},
      { fields: [{ field: 'page_size', description: 'must not be negative' }] },
    );
  }
  return requested === 0 ? defaultPageSize : Math.min(requested, maxPageSize);
}

/** What a value of a keyset looks like. */
export type KeysetKind = 'uuid' | 'time' | 'integer' | 'text';

const looksRight: Record<KeysetKind, RegExp> = {
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  // PostgreSQL keeps microseconds, which Date does not; so RFC 3339 text.
  time: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}(?::?\d{2})?)$/,
  integer: /^-?\d{1,19}$/,
  text: /^[^\0]{0,1000}$/s,
};

/**
 * Makes the opaque token after which a list goes on.
 * @param keyset the sort key of the page's last row
 */
export function pageToken(keyset: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(keyset)).toString('base64url');
}

/**
 * Reads a token back and checks it, since anyone may write one.
 * @param token of the request; empty at the first page
 * @param shape the keyset's keys, and what each looks like
 * @returns nothing for the first page
 * @throws AppError PAGE_TOKEN_INVALID
 */
export function parsePageToken<Key extends string>(
  token: string,
  shape: Readonly<Record<Key, KeysetKind>>,
): Record<Key, string> | undefined {
  if (token === '') return undefined;
  const keyset = parseObject(token);
  const keys = Object.entries<KeysetKind>(shape);
  for (const [key, kind] of keys) {
    const value = keyset[key];
    if (typeof value !== 'string' || !looksRight[kind].test(value)) throw new AppError('PAGE_TOKEN_INVALID');
  }
  return Object.fromEntries(keys.map(([key]) => [key, keyset[key]])) as Record<Key, string>;
}

function parseObject(token: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // not ours: told below
  }
  throw new AppError('PAGE_TOKEN_INVALID');
}
