import { AppError } from '@omnigate/errors';

/** Next offsets by topic, one a partition. */
export type Offsets = Map<string, bigint[]>;

const offsetPattern = /^(0|[1-9]\d{0,18})$/;

/** Writes offsets as an opaque token: base64url of JSON, topic to offsets. */
export function resumeToken(offsets: Offsets): string {
  const plain = Object.fromEntries([...offsets].map(([topic, next]) => [topic, next.map(String)]));
  return Buffer.from(JSON.stringify(plain)).toString('base64url');
}

/**
 * Reads a token.
 * @param token what `resumeToken` wrote
 * @param partitions how many each topic has; the token must be of exactly these topics
 * @throws AppError RESUME_TOKEN_INVALID
 */
export function parseResumeToken(token: string, partitions: ReadonlyMap<string, number>): Offsets {
  const plain = parseObject(token);
  const offsets: Offsets = new Map();
  for (const [topic, count] of partitions) {
    const next = plain[topic];
    const valid = Array.isArray(next) && next.length === count && next.every(isOffset);
    if (!valid) throw new AppError('RESUME_TOKEN_INVALID');
    offsets.set(topic, next.map(BigInt));
  }
  if (Object.keys(plain).length !== partitions.size) throw new AppError('RESUME_TOKEN_INVALID');
  return offsets;
}

function isOffset(value: unknown): value is string {
  return typeof value === 'string' && offsetPattern.test(value);
}

function parseObject(token: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Not JSON: not ours.
  }
  throw new AppError('RESUME_TOKEN_INVALID');
}
