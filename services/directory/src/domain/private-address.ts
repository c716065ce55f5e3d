import { BlockList, isIP, isIPv6 } from 'node:net';

/** RFC 6890 and RFC 4193: what is not on the public Internet. */
const privateRanges: [address: string, prefix: number, family: 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const blocked = new BlockList();
for (const [address, prefix, family] of privateRanges) blocked.addSubnet(address, prefix, family);

/**
 * Says whether a host of a URL is a loopback, private or otherwise local one by its spelling; where a public name points
 * is judged again when it is fetched.
 *
 * @param hostname of a parsed URL, IPv6 in brackets
 * @returns true for local hosts
 */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) !== 0) return blocked.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
  return !host.includes('.') || /\.(?:localhost|local|internal|home\.arpa)$/.test(host);
}

/**
 * Says whether OMNIGATE_FETCH_ALLOW names a URL's host and port.
 *
 * @param url as written
 * @param fetchAllow `host:port` pairs
 * @returns true when it does
 */
export function isFetchAllowed(url: string, fetchAllow: readonly string[]): boolean {
  const parsed = URL.parse(url);
  if (!parsed) return false;
  const port = parsed.port || (parsed.protocol === 'https:' ? '443' : '80');
  return fetchAllow.includes(`${parsed.hostname}:${port}`);
}

/**
 * Checks the address of a provider's API.
 *
 * @param url as written
 * @param privateAllowed an operator set it
 * @param fetchAllow `host:port` pairs of OMNIGATE_FETCH_ALLOW
 * @returns what is wrong, or undefined
 */
export function apiBaseUrlProblem(
  url: string,
  privateAllowed: boolean,
  fetchAllow: readonly string[],
): string | undefined {
  const parsed = URL.parse(url);
  if (!parsed || !/^https?:$/.test(parsed.protocol)) return 'must be an http or https URL';
  if (parsed.username !== '' || parsed.password !== '') return 'must not hold a user or password';
  if (privateAllowed || !isPrivateHost(parsed.hostname)) return undefined;
  if (isFetchAllowed(url, fetchAllow)) return undefined;
  return 'is a loopback or private address: only an operator may set it, or OMNIGATE_FETCH_ALLOW must name its host:port';
}
