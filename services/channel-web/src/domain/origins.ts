const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

function parse(origin: string): URL | undefined {
  return URL.canParse(origin) ? new URL(origin) : undefined;
}

/** Another name of the same machine: the demo page may be opened as localhost or as 127.0.0.1. */
function isSameLoopback(a: URL, b: URL): boolean {
  return (
    a.protocol === b.protocol && a.port === b.port && loopback.has(a.hostname) && loopback.has(b.hostname)
  );
}

function matches(origin: URL, pattern: string): boolean {
  if (pattern === '*') return true;
  const [scheme, host] = pattern.toLowerCase().replace(/\/$/, '').split('://*.');
  // "https://*.example.com": any name below it, not the name itself.
  if (host !== undefined) return origin.protocol === `${scheme}:` && origin.host.endsWith(`.${host}`);
  return parse(pattern)?.origin === origin.origin;
}

/**
 * Says whether a page may use a channel.
 * @param origin the `Origin` header; absent for programs, which are let through: it protects browsers alone
 * @param allowed the channel's `allowed_origins`
 * @param publicUrl the server's own address, whose pages (`/demo`) may always
 */
export function isOriginAllowed(
  origin: string | undefined,
  allowed: readonly string[],
  publicUrl: string,
): boolean {
  if (origin === undefined) return true;
  const page = parse(origin);
  const own = parse(publicUrl);
  if (!page || (page.protocol !== 'http:' && page.protocol !== 'https:')) return allowed.includes('*');
  if (own && (own.origin === page.origin || isSameLoopback(own, page))) return true;
  return allowed.some((pattern) => matches(page, pattern));
}
