import { isIP } from 'node:net';

/**
 * Says whether an address is this machine's own.
 *
 * @param address an IP address, IPv4 in IPv6 too.
 */
export const isLoopbackAddress = (address: string): boolean =>
  address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');

/**
 * Says whether a URL leads to this machine alone.
 *
 * @param url absolute.
 */
export function isLoopbackUrl(url: string): boolean {
  const hostname = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return hostname === 'localhost' || (isIP(hostname) > 0 && isLoopbackAddress(hostname));
}
