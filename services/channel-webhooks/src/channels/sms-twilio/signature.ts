import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { parse, stringify } from 'node:querystring';
import type { InboundRequest } from '@omnigate/channel-kit';

/** Fields of a form, values in the order given. */
export type Form = ReadonlyMap<string, readonly string[]>;

// Twilio sends some dozens; more than this is never a webhook of its, and must not cost a sort.
const maxFields = 10_000;

/**
 * Reads an `application/x-www-form-urlencoded` body.
 * @returns undefined where there are more fields than any provider sends
 */
export function readForm(rawBody: Buffer): Form | undefined {
  let separators = 0;
  for (let at = rawBody.indexOf('&'); at >= 0; at = rawBody.indexOf('&', at + 1)) {
    separators += 1;
    if (separators >= maxFields) return undefined;
  }
  const form = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(rawBody.toString('utf8'))) {
    const values = form.get(name);
    if (values) values.push(value);
    else form.set(name, [value]);
  }
  return form;
}

/**
 * Says whether a request is signed with an account's auth token: `X-Twilio-Signature` is base64(HMAC-SHA1(token, URL +
 * name and value of each form field, by name)). Where the URL carries `bodySHA256` the body is no form: the URL alone is
 * signed, and the hash must be the raw body's. Twilio's back ends differ in the URL's form, so each is tried, as its SDK
 * does. Source: twilio-node lib/webhooks/webhooks.ts, and Twilio's "Webhooks security" page.
 * @param authToken an empty one verifies nothing
 * @param form undefined where the body is none
 */
export function isSigned(request: InboundRequest, authToken: string, form: Form | undefined): boolean {
  const header = request.headers['x-twilio-signature'];
  if (typeof header !== 'string' || authToken === '') return false;
  const signature = Buffer.from(header);
  const bodyHash = bodyHashOf(request.publicUrl);
  if (bodyHash !== undefined && !equal(Buffer.from(bodyHash), sha256Hex(request.rawBody))) return false;
  const fields = bodyHash === undefined ? form && fieldText(form) : '';
  if (fields === undefined) return false;
  for (const url of signedUrls(request.publicUrl)) {
    const expected = createHmac('sha1', authToken).update(url).update(fields).digest('base64');
    if (equal(signature, Buffer.from(expected))) return true;
  }
  return false;
}

function sha256Hex(body: Buffer): Buffer {
  return Buffer.from(createHash('sha256').update(body).digest('hex'));
}

// timingSafeEqual throws on unequal lengths; the length of what is expected is no secret.
function equal(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function bodyHashOf(url: string): string | undefined {
  const query = url.indexOf('?');
  if (query < 0 || !url.includes('bodySHA256', query)) return undefined;
  return new URLSearchParams(url.slice(query + 1)).get('bodySHA256') ?? undefined;
}

/** Names sorted; a name that comes twice counts once with each distinct value, values sorted. */
function fieldText(form: Form): string {
  let text = '';
  for (const name of [...form.keys()].sort()) {
    const values = form.get(name) ?? [];
    if (values.length === 1) text += name + values[0];
    else for (const value of [...new Set(values)].sort()) text += name + value;
  }
  return text;
}

/** The forms of a URL that Twilio may have signed, the likeliest first: as called, then normalised, then re-encoded. */
function* signedUrls(url: string): Generator<string> {
  yield url;
  yield withoutPort(url);
  yield withPort(url);
  if (!URL.canParse(url)) return;
  const normal = new URL(url).toString();
  yield withoutPort(normal);
  yield withPort(normal);
  yield withLegacyQuery(withoutPort(normal));
  yield withLegacyQuery(withPort(normal));
}

// `new URL()` would escape characters that Twilio signs as they are, so the text is cut: scheme, user info, host, port, rest.
const urlParts = /^([a-z][a-z0-9+.-]*:\/\/)((?:[^/?#]*@)?)(\[[^\]]*\]|[^:/?#]*)((?::\d*)?)(.*)$/is;

function withoutPort(url: string): string {
  return url.replace(urlParts, '$1$2$3$5');
}

function withPort(url: string): string {
  const [, scheme = '', user = '', host = '', port = '', rest = ''] = urlParts.exec(url) ?? [];
  if (scheme === '' || port !== '') return url;
  return scheme + user + host + (scheme.toLowerCase() === 'https://' ? ':443' : ':80') + rest;
}

function withLegacyQuery(url: string): string {
  const query = url.indexOf('?');
  if (query < 0 || query === url.length - 1) return url;
  return url.slice(0, query + 1) + stringify(parse(url.slice(query + 1)));
}
