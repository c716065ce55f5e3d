import type { Customer } from '@omnigate/contracts';

/** The prefix that a web chat's address has when the page's server has signed who it is. */
const signedIn = 'user:';

/**
 * What a customer has proved about themselves by the way in which they write, by the names of placeholders. What they only
 * say is none of it: a number in a text may be anybody's.
 *
 * @param customer who asks; undefined when nobody is known.
 * @returns the values; a name that is missing is not proved.
 */
export function provedValues(customer: Customer | undefined): Map<string, string> {
  const values = new Map<string, string>();
  if (!customer) return values;
  const { address, addressNamespace: namespace, externalId } = customer;
  if (namespace === 'phone') values.set('phone', address);
  if (namespace === 'email') values.set('email', address);
  if (/^wechat(?::|$)/.test(namespace)) values.set('wechat_openid', address);
  const ownId = namespace === 'web' && address.startsWith(signedIn) ? address.slice(signedIn.length) : '';
  values.set('external_id', externalId || ownId);
  return new Map([...values].filter(([, value]) => value !== ''));
}

/** Numbers and flags are written as texts; of anything else nothing can be put into an address. */
const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

/**
 * The further values of a request by the names of placeholders.
 *
 * @param parameters as the caller gave them.
 * @returns those that can be put into a template.
 */
export function parameterValues(parameters: Record<string, unknown> | undefined): Map<string, string> {
  const values = Object.entries(parameters ?? {}).map(([name, value]): [string, string] => [
    `parameters.${name}`,
    textOf(value),
  ]);
  return new Map(values.filter(([, value]) => value !== ''));
}
