import { ApplyOutcome } from '@omnigate/contracts';
import { type Acting, type OpenDirectory, openDirectory } from '../testing/open-directory';

let open: OpenDirectory;
let owner: Acting;
beforeAll(async () => {
  open = await openDirectory({ fetchAllow: ['10.0.0.9:8443'] });
  owner = open.as(['owner']);
});
afterAll(() => open.close());

const lookup = { name: 'orders', path: '/orders?phone={phone}', fields: { order_no: '/id' } };
const connector = (name: string, spec: Record<string, unknown> = {}) => ({
  kind: 'Connector',
  name,
  spec: { base_url: 'https://orders.example.com/api/', lookups: [lookup], ...spec },
});
const resolved = async (name: string) => {
  const { connectors } = await open.registry.resolveConnectors({}, { tenantId: open.tenantId });
  return connectors.find((each) => each.name === name);
};
const shown = async (name: string) =>
  (await owner.directory.listResources({ kind: 'connectors', name })).resources[0]?.spec;
const fieldsOf = (error: unknown) => (error as { fields: { field: string }[] }).fields;

test('a connector is kept with its defaults; other services see its headers, people do not', async () => {
  const headers = { authorization: 'Bearer s3cret', 'x-shop': '7' };
  await owner.apply(connector('shown', { headers }));
  expect(await shown('shown')).toEqual({
    base_url: 'https://orders.example.com/api',
    headers: { authorization: '***', 'x-shop': '***' },
    lookups: [{ ...lookup, method: 'GET', items: '', cache_seconds: 30, timeout_ms: 1500 }],
  });
  expect(await resolved('shown')).toMatchObject({ spec: { headers }, privateAddressAllowed: false });
  const stored = await open.database.transaction({ tenants: [open.tenantId] }, (tx) =>
    tx.query<{ row: string }>({ text: "select r::text as row from resource r where name = 'shown'" }),
  );
  expect(stored[0]?.row).not.toContain('s3cret');
  expect(open.logged.join()).not.toContain('s3cret');
});

test('"***" and absence keep a header, null gives it up', async () => {
  await owner.apply(connector('kept', { headers: { authorization: 'Bearer 1', 'x-shop': '7' } }));
  const again = await owner.apply(connector('kept', { headers: { authorization: '***' } }));
  expect(again.resources[0]?.outcome).toBe(ApplyOutcome.APPLY_OUTCOME_UNCHANGED);
  expect((await resolved('kept'))?.spec?.headers).toEqual({ authorization: 'Bearer 1', 'x-shop': '7' });
  await owner.apply(connector('kept', { headers: { 'x-shop': null } }));
  expect((await resolved('kept'))?.spec?.headers).toEqual({ authorization: 'Bearer 1' });
  await expect(owner.apply(connector('new', { headers: { authorization: '***' } }))).rejects.toMatchObject({
    fields: [{ field: 'resources[0].spec.headers.authorization' }],
  });
});

test('stored headers do not go to another system', async () => {
  const at = (base_url: string, headers = {}) => connector('moved', { base_url, headers });
  await owner.apply(at('https://a.example.com', { authorization: 'Bearer 1' }));
  await owner.apply(at('https://a.example.com/v2'));
  for (const headers of [{}, { authorization: '***' }]) {
    await expect(owner.apply(at('https://evil.example.com', headers))).rejects.toMatchObject({
      fields: [{ field: 'resources[0].spec.headers.authorization' }],
    });
  }
  await owner.apply(at('https://b.example.com', { authorization: 'Bearer 2' }));
  expect((await resolved('moved'))?.spec).toMatchObject({
    base_url: 'https://b.example.com',
    headers: { authorization: 'Bearer 2' },
  });
});

test('a private address needs an operator, or OMNIGATE_FETCH_ALLOW', async () => {
  const here = connector('private', { base_url: 'http://127.0.0.1:9000' });
  await expect(owner.apply(here)).rejects.toMatchObject({
    fields: [{ field: 'resources[0].spec.base_url' }],
  });
  await owner.apply(connector('allowed', { base_url: 'https://10.0.0.9:8443' }));
  expect(await resolved('allowed')).toMatchObject({ privateAddressAllowed: true });
  await open.as(['operator']).apply(here);
  expect(await resolved('private')).toMatchObject({ privateAddressAllowed: true });
  await owner.apply({ ...here, spec: { ...here.spec, headers: { 'x-shop': '8' } } });
  expect(await resolved('private')).toMatchObject({ privateAddressAllowed: true });
});

test.each([
  ['a path without whose it is', { path: '/orders/{parameters.order_no}' }, 'lookups[0].path'],
  ['a placeholder that is none', { path: '/orders?phone={phone}&x={constructor}' }, 'lookups[0].path'],
  ['a lone brace', { path: '/orders?phone={phone}}' }, 'lookups[0].path'],
  ['a step up', { path: '/a/../orders?phone={phone}' }, 'lookups[0].path'],
  ['another host', { path: '@evil.example.com/{phone}' }, 'lookups[0].path'],
  ['a body of GET', { body: { phone: '{phone}' } }, 'lookups[0].body'],
  ['a pointer that is none', { items: 'data' }, 'lookups[0].items'],
  ['an unknown field', { url: 'x' }, 'lookups[0].url'],
  ['no fields', { fields: {} }, 'lookups[0].fields'],
])('%s is refused, with its field', async (_, changed, field) => {
  const wrong = connector('wrong', { lookups: [{ ...lookup, ...changed }] });
  const error = await owner.apply(wrong).catch((thrown: unknown) => thrown);
  expect(fieldsOf(error).map((each) => each.field)).toContain(`resources[0].spec.${field}`);
});

test.each([
  ['a query in base_url', { base_url: 'https://a.example.com/?x=1' }, 'base_url'],
  ['a user in base_url', { base_url: 'https://a:b@a.example.com' }, 'base_url'],
  ['a reserved header', { headers: { Host: 'b.example.com' } }, 'headers.Host'],
  ['a header that would end the line', { headers: { 'x-a': 'a\r\nx-b: c' } }, 'headers.x-a'],
])('%s is refused, with its field', async (_, changed, field) => {
  const error = await owner.apply(connector('wrong', changed)).catch((thrown: unknown) => thrown);
  expect(fieldsOf(error).map((each) => each.field)).toContain(`resources[0].spec.${field}`);
});

test('a tenant names its channels', async () => {
  const { channelIds, revision } = await open.registry.resolveTenant({ name: 'default' });
  const spec = { type: 'sms-twilio', config: { account_sid: 'AC1', auth_token: 't', from: '+14155550100' } };
  const { resources } = await owner.apply({ kind: 'Channel', name: 'shop', spec });
  const after = await open.registry.resolveTenant({ name: 'default' });
  expect(after.channelIds).toEqual([...channelIds, resources[0]?.resource?.metadata?.id]);
  expect(after.revision).toBeGreaterThan(revision);
});
