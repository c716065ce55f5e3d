import { Customer } from '@omnigate/contracts';
import type { Connector, Lookup } from './connector';
import { parameterValues, provedValues } from './customer-values';
import { candidatesFor, requestOf } from './lookup-request';

const lookup = (changed: Partial<Lookup>): Lookup => ({
  ...{ name: 'orders', method: 'GET', path: '/orders?phone={phone}', items: '', fields: { id: '/id' } },
  ...{ cache_seconds: 0, timeout_ms: 1_000 },
  ...changed,
});
const connector = (...lookups: Partial<Lookup>[]): Connector => ({
  ...{ id: 'c', tenantId: 't', name: 'c', revision: '1', headers: {}, privateAddressAllowed: false },
  baseUrl: 'https://orders.example.com/api',
  lookups: lookups.map(lookup),
});
const valuesOf = (customer: Partial<Customer>, parameters: Record<string, unknown> = {}) =>
  new Map([...provedValues(Customer.fromPartial(customer)), ...parameterValues(parameters)]);

/** The first request that can be written; the missing names of each look-up where there is none. */
function asked(values: Map<string, string>, ...lookups: Partial<Lookup>[]) {
  const candidates = candidatesFor([connector(...lookups)], 'orders', values);
  const ready = candidates.find(({ missing }) => missing.length === 0);
  return ready ? requestOf(ready, values) : candidates.map(({ missing }) => missing);
}

const bySms = { address: '+8613800000001', addressNamespace: 'phone' };

test('values are encoded', () => {
  expect(asked(valuesOf(bySms), {})).toEqual({
    ...{ method: 'GET', body: undefined },
    url: 'https://orders.example.com/api/orders?phone=%2B8613800000001',
  });
  const odd = { address: "o'b/r?i&e#n@example.com", addressNamespace: 'email' };
  expect(asked(valuesOf(odd), { path: '/m/{email}/orders?x={email}' })).toMatchObject({
    url: expect.stringContaining('/m/o%27b%2Fr%3Fi%26e%23n%40example.com/orders?x=o%27b%2Fr'),
  });
});

test.each(['..', '.', '../../admin', '%2e%2e'])('a value leads to no other path: %s', (externalId) => {
  const found = asked(valuesOf({ externalId }), { path: '/users/{external_id}/orders' });
  const path = `/api/users/${encodeURIComponent(externalId)}/orders`;
  if (found !== undefined) expect(found).toMatchObject({ url: `https://orders.example.com${path}` });
  else expect(externalId).toMatch(/^\.{1,2}$/);
});

test('a body is JSON, whatever the values hold', () => {
  const post = {
    method: 'POST' as const,
    path: '/find',
    body: { who: '{phone}', note: 'no. {parameters.no}' },
  };
  expect(asked(valuesOf(bySms, { no: '"}{' }), post)).toEqual({
    ...{ method: 'POST', url: 'https://orders.example.com/api/find' },
    body: '{"who":"+8613800000001","note":"no. \\"}{"}',
  });
});

describe('scenario 26: whose things are looked up', () => {
  test.each<[string, Partial<Customer>, Record<string, string>]>([
    ['the number of an SMS', bySms, { phone: '+8613800000001' }],
    [
      'the address of a mail',
      { address: 'a@example.com', addressNamespace: 'email' },
      { email: 'a@example.com' },
    ],
    ['a signed-in web user', { address: 'user:u-7', addressNamespace: 'web' }, { external_id: 'u-7' }],
    ['a proved identity', { externalId: 'u-7' }, { external_id: 'u-7' }],
    ['a WeChat user', { address: 'o1', addressNamespace: 'wechat' }, { wechat_openid: 'o1' }],
    ['one of some account', { address: 'o1', addressNamespace: 'wechat:wx1' }, { wechat_openid: 'o1' }],
    ['somebody of another kind', { address: 'o1', addressNamespace: 'wechatty' }, {}],
    ['an anonymous visitor', { address: '0190', addressNamespace: 'web' }, {}],
    ['a number typed as an address', { address: '+8613800000001', addressNamespace: 'web' }, {}],
    ['nobody', {}, {}],
  ])('%s', (_, customer, values) => {
    expect(Object.fromEntries(valuesOf(customer))).toEqual(values);
  });

  test('a parameter is never a key of the customer', () => {
    expect(asked(valuesOf({}, { phone: '+8613800000001' }), {})).toEqual([['phone']]);
    expect(asked(valuesOf({}, { 'x.phone': 1, parameters: 1 }), {})).toEqual([['phone']]);
  });
});

test('of look-ups with one name the first that can be filled is asked', () => {
  const both = [{ path: '/o/{parameters.no}?phone={phone}' }, {}, { path: '/u/{external_id}' }];
  const pathOf = (values: Map<string, string>) => (asked(values, ...both) as { url: string }).url.slice(30);
  expect(pathOf(valuesOf(bySms, { no: 'A1' }))).toBe('/o/A1?phone=%2B8613800000001');
  expect(pathOf(valuesOf(bySms))).toBe('/orders?phone=%2B8613800000001');
  expect(pathOf(valuesOf({ externalId: 'u' }))).toBe('/u/u');
  expect(asked(valuesOf({}), ...both)).toEqual([['parameters.no', 'phone'], ['phone'], ['external_id']]);
});

test('what is too long or no text is not filled in', () => {
  expect(asked(valuesOf({ ...bySms, address: '1'.repeat(257) }), {})).toEqual([['phone']]);
  expect(asked(valuesOf({ ...bySms, address: '\ud800' }), {})).toEqual([['phone']]);
});
