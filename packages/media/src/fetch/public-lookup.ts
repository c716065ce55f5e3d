import type { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPrivateAddress } from './address-guard';

/**
 * Makes the name resolution of a guarded connection. The socket connects to the addresses that were judged and to no
 * others, so a name that points elsewhere a moment later gains nothing.
 * @param resolve `lookup` of node:dns
 * @param refused makes the error for a name of which any address is private
 */
export function publicLookup(resolve: typeof lookup, refused: () => Error): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 4);
      if (addresses.some(({ address }) => isPrivateAddress(address))) return callback(refused(), '', 4);
      if (options.all) return callback(null, addresses);
      const [first] = addresses;
      return callback(null, first?.address ?? '', first?.family ?? 4);
    });
  };
}
