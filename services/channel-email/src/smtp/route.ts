import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isPrivateAddress } from '@omnigate/media';

/** A server that takes mail, and who it is told that we are. */
export interface MailRoute {
  host: string;
  port: number;
  secure: boolean;
  /** Empty: without logging in. */
  user: string;
  password: string;
  /** Said in EHLO. */
  name: string;
  /** It may be a loopback or private address: an operator has set it. */
  privateAllowed: boolean;
}

/** Where a route leads: the address that was looked at is the one that is connected to. */
export interface Resolved {
  address: string;
  /** For TLS; undefined where the host was an address already. */
  servername: string | undefined;
}

/**
 * Looks a route's host up.
 *
 * @param route where to.
 * @returns 'private' for an address that the route may not lead to.
 * @throws what the resolver throws: nothing can have been sent.
 */
export async function resolveRoute({ host, privateAllowed }: MailRoute): Promise<Resolved | 'private'> {
  const found = await lookup(host, { all: true });
  const [first] = found;
  if (!first) throw new Error('the host has no address');
  if (!privateAllowed && found.some(({ address }) => isPrivateAddress(address))) return 'private';
  return { address: first.address, servername: isIP(host) === 0 ? host : undefined };
}
