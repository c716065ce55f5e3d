import { domainToASCII } from 'node:url';

const maxAddressCharacters = 254;
const maxLocalCharacters = 64;
/** RFC 5322's dot-atom, letters of any script with it (RFC 6531). Quoted local parts are nobody's mailbox. */
const localPart = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const domainName =
  /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * An e-mail address in its normal form: its domain in lower case and in ASCII, so that one mailbox is one customer.
 *
 * @param text one address without a name, brackets or comments.
 * @returns undefined for what is no such address, so that nothing else ever reaches a header or an envelope.
 */
export function normalAddress(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  const domain = domainToASCII(text.slice(at + 1)).toLowerCase();
  const fits = text.length <= maxAddressCharacters && local.length <= maxLocalCharacters;
  return fits && localPart.test(local) && domainName.test(domain) ? `${local}@${domain}` : undefined;
}

/**
 * The part of an address behind the @.
 *
 * @param address in its normal form.
 */
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);
