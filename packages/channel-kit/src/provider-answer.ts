import type { ProviderResponse } from './provider-http';

// A provider that says more, or nonsense, must not park a channel.
const maxRetryAfterMs = 3_600_000;

/** What `Retry-After` asks for in ms, an hour at most; undefined where it is absent, a date or nonsense. */
export function retryAfterMs(response: ProviderResponse): number | undefined {
  const header = response.headers['retry-after'];
  const seconds = typeof header === 'string' && header !== '' ? Number(header) : Number.NaN;
  return seconds >= 0 ? Math.min(seconds * 1_000, maxRetryAfterMs) : undefined;
}

/** The answer's JSON object; undefined where its body is none. */
export function jsonObject(response: ProviderResponse): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(response.body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
