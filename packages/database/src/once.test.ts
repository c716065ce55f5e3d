import { createLogger, newId } from '@omnigate/runtime';
import { type FreshDatabase, freshDatabase } from '@omnigate/testkit';
import { createDatabase, type Database, once, requestTable, type ServiceSchema } from './index';

const served: ServiceSchema = {
  schema: 'served',
  role: 'omnigate_served',
  unscopedTables: [],
  migrations: [{ id: '0001_requests', sql: requestTable }],
};
const logger = createLogger({ service: 'test', level: 'silent' });

let fresh: FreshDatabase;
let database: Database;
beforeAll(async () => {
  fresh = await freshDatabase([served]);
  const { schema, role } = served;
  database = createDatabase({ url: fresh.url, schema, role, applicationName: 'test', logger });
});
afterAll(async () => {
  await database.end();
  await fresh.drop();
});

const tenantId = newId();
const bytes = (text: string): Uint8Array => Buffer.from(text);

/** Runs work that answers with how often work has run. */
function createCounter() {
  let runs = 0;
  const call = async (o: {
    requestId: string;
    payload?: string;
    tenant?: string;
    work?: () => Promise<void>;
  }) => {
    const tenant = o.tenant ?? tenantId;
    const request = { tenantId: tenant, requestId: o.requestId, payload: bytes(o.payload ?? 'pay 1') };
    const response = await database.transaction({ tenants: [tenant] }, (tx) =>
      once(tx, request, async () => {
        runs += 1;
        await o.work?.();
        return bytes(`run ${runs}`);
      }),
    );
    return Buffer.from(response).toString();
  };
  return { call, runs: () => runs };
}

test('the same request again gets the first response, and has no effect', async () => {
  const { call, runs } = createCounter();
  const requestId = newId();
  expect(await call({ requestId })).toBe('run 1');
  expect(await call({ requestId })).toBe('run 1');
  expect(runs()).toBe(1);
});

test('the same id with another payload is refused', async () => {
  const { call, runs } = createCounter();
  const requestId = newId();
  await call({ requestId });
  await expect(call({ requestId, payload: 'pay 2' })).rejects.toMatchObject({ code: 'REQUEST_ID_REUSED' });
  expect(runs()).toBe(1);
});

test('ids are a tenant’s own, and none means that repeats do not matter', async () => {
  const { call } = createCounter();
  const requestId = newId();
  expect(await call({ requestId })).toBe('run 1');
  expect(await call({ requestId, tenant: newId() })).toBe('run 2');
  expect(await call({ requestId: '' })).toBe('run 3');
  expect(await call({ requestId: '' })).toBe('run 4');
});

test('work that failed may be tried again', async () => {
  const { call } = createCounter();
  const requestId = newId();
  await expect(call({ requestId, work: () => Promise.reject(new Error('no')) })).rejects.toThrow('no');
  expect(await call({ requestId })).toBe('run 2');
});

test('two at once: the second waits for the response of the first', async () => {
  const { call, runs } = createCounter();
  const requestId = newId();
  const work = () => new Promise<void>((resolve) => setTimeout(resolve, 30));
  expect(await Promise.all([call({ requestId, work }), call({ requestId, work })])).toEqual([
    'run 1',
    'run 1',
  ]);
  expect(runs()).toBe(1);
});

describe('after a week', () => {
  const age = (requestId: string, interval: string) =>
    database.transaction({ tenants: [tenantId] }, (tx) =>
      tx.query({
        text: `update request set created_at = now() - $2::interval where request_id = $1`,
        values: [requestId, interval],
      }),
    );

  test('a request is new, whatever its payload', async () => {
    const { call } = createCounter();
    const [first, second] = [newId(), newId()];
    for (const requestId of [first, second]) await call({ requestId });
    for (const requestId of [first, second]) await age(requestId, '7 days 1 second');
    expect(await call({ requestId: first })).toBe('run 3');
    expect(await call({ requestId: second, payload: 'pay 2' })).toBe('run 4');
    expect(await call({ requestId: second, payload: 'pay 2' })).toBe('run 4');
  });

  test('a little before, it is a repeat', async () => {
    const { call } = createCounter();
    const requestId = newId();
    await call({ requestId });
    await age(requestId, '6 days 23 hours');
    expect(await call({ requestId })).toBe('run 1');
  });
});
