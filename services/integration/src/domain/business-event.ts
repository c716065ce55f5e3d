import { domainToASCII } from 'node:url';
import type { CustomerKey, PublishBusinessEventRequest } from '@omnigate/contracts';
import type { FieldViolation } from '@omnigate/errors';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const eventName = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
// Source: ITU-T E.164 §6.2.1.
const phoneNumber = /^\+[1-9]\d{6,14}$/;
const mailAddress = /^[^\s@]{1,64}@[^\s@]{1,255}$/;
const longestExternalId = 256;
const longestData = 16_384;

const isPlain = (text: string): boolean => text.isWellFormed() && !/\p{Cc}/u.test(text);

type KeyField = 'contactId' | 'phone' | 'email' | 'externalId';

const checks: [field: KeyField, isRight: (value: string) => boolean, description: string][] = [
  ['contactId', (value) => uuid.test(value), 'must be a UUID'],
  ['phone', (value) => phoneNumber.test(value), 'must be in E.164, such as +8613800000000'],
  ['email', (value) => mailAddress.test(value) && isPlain(value), 'must be an address of e-mail'],
  [
    'externalId',
    (value) => value.length <= longestExternalId && isPlain(value),
    `must have at most ${longestExternalId} characters, none of them a control character`,
  ],
];
const fieldNames: Record<string, string> = { contactId: 'contact_id', externalId: 'external_id' };

function customerViolations(customer: CustomerKey): FieldViolation[] {
  if (checks.every(([field]) => customer[field] === ''))
    return [{ field: 'customer', description: 'must say whom it is about' }];
  return checks
    .filter(([field, isRight]) => customer[field] !== '' && !isRight(customer[field]))
    .map(([field, , description]) => ({ field: `customer.${fieldNames[field] ?? field}`, description }));
}

/**
 * Checks the form of a business event; its texts are checked apart.
 *
 * @param request as the other system sent it.
 * @returns all that is wrong with it.
 */
export function eventViolations(request: PublishBusinessEventRequest): FieldViolation[] {
  const { requestId, name, customer, data } = request;
  const violations = customerViolations(customer ?? { contactId: '', phone: '', email: '', externalId: '' });
  if (requestId !== '' && !uuid.test(requestId))
    violations.push({ field: 'request_id', description: 'must be a UUID' });
  if (!eventName.test(name) || name.length > 63)
    violations.push({ field: 'name', description: 'must be kebab-case, such as parcel-stalled' });
  if (JSON.stringify(data ?? {}).length > longestData)
    violations.push({ field: 'data', description: `must have at most ${longestData} characters as JSON` });
  return violations;
}

/**
 * A customer by the normal form of each key: an address is one by its domain in lower case and in ASCII.
 *
 * @param customer as the event names them, checked.
 * @returns the customer.
 */
export function normalCustomer(customer: CustomerKey): CustomerKey {
  const { contactId, email } = customer;
  const at = email.lastIndexOf('@');
  const domain = domainToASCII(email.slice(at + 1)).toLowerCase();
  return {
    ...customer,
    contactId: contactId.toLowerCase(),
    email: email === '' ? '' : `${email.slice(0, at)}@${domain}`,
  };
}

/**
 * The key under which a customer's events keep their order.
 *
 * @param tenantId whose customer it is.
 * @param customer as the event names them, checked.
 * @returns the key.
 */
export function customerKey(tenantId: string, customer: CustomerKey): string {
  const [field, value] =
    checks.map(([name]) => [name, customer[name]] as const).find(([, text]) => text !== '') ?? [];
  return `${tenantId}|${field}|${value}`;
}
