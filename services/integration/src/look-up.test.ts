import type { Customer } from '@omnigate/contracts';
import { isAppError } from '@omnigate/errors';
import type { Role } from '@omnigate/rpc';
import { type OrderSystem, type OrderSystemFault, startOrderSystem } from '@omnigate/testkit';
import { type Bed, openBed } from '../testing/bed';

let bed: Bed;
let orders: OrderSystem;
beforeAll(async () => {
  bed = await openBed();
  orders = await startOrderSystem({ token: 's3cret' });
});
beforeEach(() => {
  orders.requests.length = 0;
  orders.fault(undefined);
});
afterAll(async () => {
  await orders.stop();
  await bed.close();
});

const lookups = (changed: Record<string, unknown> = {}) => {
  const common = {
    ...{ name: 'orders', method: 'GET', items: '/data/orders', cache_seconds: 0, timeout_ms: 300 },
    fields: { order_no: '/id', status: '/state/zh', carrier: '/parcel/carrier' },
    ...changed,
  };
  return [
    { ...common, path: '/orders?phone={phone}' },
    { ...common, path: '/orders?user={external_id}' },
  ];
};
/** A tenant whose connector is the order system. */
function openTenant(changed: Record<string, unknown> = {}, spec: Record<string, unknown> = {}) {
  const tenantId = bed.addTenant();
  const headers = { authorization: 'Bearer s3cret' };
  bed.declare(tenantId, { spec: { base_url: orders.url, headers, lookups: lookups(changed), ...spec } });
  const ask = (customer: Partial<Customer> = bySms, role: Role = 'service') =>
    bed.as(tenantId, role).lookUp({ lookup: 'orders', customer });
  return { tenantId, ask };
}
const bySms = { address: '+8613800000001', addressNamespace: 'phone' };
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'OK',
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );

test('a customer’s own orders, and no more of them than is declared', async () => {
  const { items } = await openTenant().ask();
  expect(items).toHaveLength(3);
  expect(items[0]).toEqual({ order_no: 'A20260001', status: '运输中', carrier: '顺丰速运' });
  expect(orders.requests).toEqual([
    { method: 'GET', path: '/orders?phone=%2B8613800000001', body: '', authorization: 'Bearer s3cret' },
  ]);
});

test('a signed-in web user is asked for by the id in the business’s own system', async () => {
  const { ask } = openTenant();
  expect((await ask({ address: 'user:u-1001', addressNamespace: 'web' })).items).toHaveLength(3);
  expect(orders.requests.map(({ path }) => path)).toEqual(['/orders?user=u-1001']);
});

test('scenario 26: who has proved nothing gets nothing, and no system is asked', async () => {
  const { tenantId, ask } = openTenant();
  expect((await ask({ address: 'f3b0', addressNamespace: 'web' })).items).toEqual([]);
  const claimed = { lookup: 'orders', parameters: { phone: '+8613800000001', external_id: 'u-1001' } };
  expect((await bed.as(tenantId).lookUp(claimed)).items).toEqual([]);
  expect(orders.requests).toEqual([]);
});

test('an unknown customer has nothing', async () => {
  expect((await openTenant().ask({ ...bySms, address: '+8613899999999' })).items).toEqual([]);
});

test('what nobody declares is not found; another tenant’s connector is not there', async () => {
  openTenant();
  const other = bed.as(bed.addTenant());
  expect(await codeOf(other.lookUp({ lookup: 'orders', customer: bySms }))).toBe('NOT_FOUND');
  expect(await codeOf(other.lookUp({ lookup: 'Or ders' }))).toBe('INVALID_ARGUMENT');
});

test('a parameter that is needed is named', async () => {
  const { tenantId } = openTenant();
  const spec = {
    base_url: orders.url,
    lookups: lookups().map((each) => ({ ...each, path: `${each.path}&order={parameters.order_no}` })),
  };
  bed.declare(tenantId, { spec: { ...spec, headers: { authorization: 'Bearer s3cret' } } });
  const ask = (parameters: Record<string, unknown>) =>
    bed.as(tenantId).lookUp({ lookup: 'orders', customer: bySms, parameters });
  await expect(ask({})).rejects.toMatchObject({ fields: [{ field: 'parameters.order_no' }] });
  expect((await ask({ order_no: 'A20260002' })).items.map((item) => item.order_no)).toEqual(['A20260002']);
});

test('agents and workers may not ask for whom they like', async () => {
  const { ask } = openTenant();
  for (const role of ['agent', 'worker', 'auditor', 'supervisor'] as const) {
    expect(await codeOf(ask(bySms, role))).toBe('PERMISSION_DENIED');
  }
  expect(await codeOf(ask(bySms, 'owner'))).toBe('OK');
});

test.each<OrderSystemFault>(['hang', 'server-error', 'garbage', 'huge', 'redirect'])(
  'a system that fails by %s is unavailable, and healthy again when it answers',
  async (fault) => {
    const { ask } = openTenant();
    orders.fault(fault);
    expect(await codeOf(ask())).toBe('UNAVAILABLE');
    orders.fault(undefined);
    expect((await ask()).items).toHaveLength(3);
  },
);

test('a private address is not reached unless an operator allowed it', async () => {
  const tenantId = bed.addTenant();
  const headers = { authorization: 'Bearer s3cret' };
  const spec = { base_url: orders.url, headers, lookups: lookups() };
  bed.declare(tenantId, { privateAddressAllowed: false, spec });
  expect(await codeOf(bed.as(tenantId).lookUp({ lookup: 'orders', customer: bySms }))).toBe('UNAVAILABLE');
  expect(orders.requests).toEqual([]);
});

test('one request for many at once, and none while the answer is fresh; a change is asked anew', async () => {
  const { tenantId, ask } = openTenant({ cache_seconds: 60 });
  await Promise.all([ask(), ask(), ask()]);
  await ask();
  expect(orders.requests).toHaveLength(1);
  await ask({ ...bySms, address: '+8613800000002' });
  expect(orders.requests).toHaveLength(2);
  const headers = { authorization: 'Bearer s3cret' };
  bed.declare(tenantId, { spec: { base_url: orders.url, headers, lookups: lookups({ cache_seconds: 60 }) } });
  await ask();
  expect(orders.requests).toHaveLength(3);
});

test('tenants share no answers', async () => {
  await openTenant({ cache_seconds: 60 }).ask();
  await openTenant({ cache_seconds: 60 }).ask();
  expect(orders.requests).toHaveLength(2);
});

test('a system that fails five times is left alone, others are not; metrics show it', async () => {
  const broken = openTenant();
  const healthy = openTenant();
  orders.fault('server-error');
  for (let times = 0; times < 7; times += 1) expect(await codeOf(broken.ask())).toBe('UNAVAILABLE');
  expect(orders.requests).toHaveLength(5);
  orders.fault(undefined);
  expect(await codeOf(broken.ask())).toBe('UNAVAILABLE');
  expect((await healthy.ask()).items).toHaveLength(3);
  const text = await bed.metrics.text();
  expect(text).toMatch(/omnigate_connector_circuits_open 1$/m);
  expect(text).toMatch(/omnigate_failed_total\{part="integration.look-up",stage="held-back"\} 3/);
});

test('a refused question does not count against the system', async () => {
  const { tenantId, ask } = openTenant();
  const headers = { authorization: 'Bearer s3cret' };
  bed.declare(tenantId, { spec: { base_url: `${orders.url}/nowhere`, headers, lookups: lookups() } });
  for (let times = 0; times < 7; times += 1) expect((await ask()).items).toEqual([]);
  expect(orders.requests).toHaveLength(7);
});

test('the log says which connector fails, and nothing of the customer', async () => {
  const { ask } = openTenant();
  orders.fault('server-error');
  await codeOf(ask());
  const lines = bed.logged.join();
  expect(lines).toContain('"code":"STATUS_500"');
  expect(lines).not.toContain('13800000001');
  expect(lines).not.toContain('s3cret');
});
