import { z } from 'zod';
import { resourceName, text } from './text';

/** Set by the HTTP client alone. */
const reservedHeaders = new Set([
  'connection',
  'content-length',
  'content-type',
  'host',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
]);
const fieldName = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, {
  error: 'must be a name: 1 to 40 of a-z, 0-9 and _, beginning with a letter',
});
const headerName = z
  .string()
  .regex(/^[A-Za-z0-9-]{1,64}$/, { error: 'must be the name of a header: letters, digits and -' })
  .refine((name) => !reservedHeaders.has(name.toLowerCase()), { error: 'is set by Omnigate' });
const headerValue = z
  .string()
  .regex(/^[\x20-\x7e]{1,4096}$/, { error: 'must be 1 to 4096 printable ASCII characters' });

const placeholders = (template: string): string[] =>
  [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '');
const isKnown = (name: string): boolean =>
  isCustomerKey(name) || /^parameters\.[a-z][a-z0-9_]{0,39}$/.test(name);
/** What a customer has proved; a parameter may be anybody's. */
const isCustomerKey = (name: string): boolean =>
  ['phone', 'email', 'external_id', 'wechat_openid'].includes(name);
const isBalanced = (template: string): boolean => !/[{}]/.test(template.replace(/\{[^{}]*\}/g, ''));

const template = (maximum: number) =>
  text(maximum, 1)
    .refine(isBalanced, { error: 'has a brace that is no placeholder' })
    .refine((value) => placeholders(value).every(isKnown), {
      error: 'may name {phone}, {email}, {external_id}, {wechat_openid} and {parameters.NAME}',
    });

/** Of the path of a URL and its query, as RFC 3986 writes them; what is put in is encoded. */
const pathText = /^\/[A-Za-z0-9\-._~!$&()*+,;=:@/?%]*$/;
const path = template(1_000)
  .refine((value) => pathText.test(value.replace(/\{[^{}]*\}/g, 'x')), {
    error: 'must begin with / and hold only what may stand in a URL',
  })
  .refine((value) => !/\/\.{1,2}(?=[/?]|$)/.test(value), { error: 'must not have . or .. as a step' });

/** RFC 6901; empty is the whole. */
const pointer = text(200).regex(/^(?:\/(?:[^~/]|~[01])*)*$/, {
  error: 'must be a JSON pointer, such as /data/orders',
});

const lookup = z
  .strictObject({
    name: resourceName,
    method: z.enum(['GET', 'POST']).default('GET'),
    path,
    body: z.record(fieldName, template(500)).optional(),
    items: pointer.default(''),
    fields: z
      .record(fieldName, pointer)
      .refine((fields) => Object.keys(fields).length > 0, { error: 'must have at least one field' })
      .refine((fields) => Object.keys(fields).length <= 20, { error: 'must have at most 20 fields' }),
    cache_seconds: z.int().min(0).max(3600).default(30),
    timeout_ms: z.int().min(100).max(5000).default(1500),
  })
  .refine(({ method, body }) => method === 'POST' || body === undefined, {
    path: ['body'],
    error: 'is for method POST only',
  })
  .refine(
    (value) => [value.path, ...Object.values(value.body ?? {})].flatMap(placeholders).some(isCustomerKey),
    {
      path: ['path'],
      error: 'must say whose it is, by {phone}, {email}, {external_id} or {wechat_openid}, here or in body',
    },
  );

const isBaseUrl = (written: string): boolean => {
  const url = URL.parse(written);
  return url !== null && url.search === '' && url.hash === '' && !/[?#]/.test(written);
};

/** spec of a Connector. All values of headers are secrets; whether its address may be reached is checked apart. */
export const connectorSpec = z.strictObject({
  base_url: text(500, 1)
    .refine(isBaseUrl, { error: 'must be an http or https URL without a query' })
    .transform((url) => url.replace(/\/+$/, '')),
  headers: z.record(headerName, headerValue.nullable()).default({}),
  lookups: z.array(lookup).min(1).max(20),
});

/** A checked Connector.spec. */
export type ConnectorSpec = z.infer<typeof connectorSpec>;
