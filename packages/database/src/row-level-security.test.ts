import { isAppError } from '@omnigate/errors';
import { createLogger, newId } from '@omnigate/runtime';
import { type FreshDatabase, freshDatabase } from '@omnigate/testkit';
import { createDatabase, type Database, type ServiceSchema, sqlState, tenantPolicy } from './index';

const logger = createLogger({ service: 'test', level: 'silent' });

const schema: ServiceSchema = {
  schema: 'shop',
  role: 'omnigate_shop',
  unscopedTables: ['counter'],
  migrations: [
    {
      id: '0001_shop',
      sql: `create table contact (tenant_id uuid not null, id int not null, name text, primary key (tenant_id, id));
            ${tenantPolicy('contact')}
            create table counter (name text primary key, value int not null);
            create view contact_name with (security_invoker = true) as select name from contact;`,
    },
  ],
};

const own = newId();
const foreign = newId();

let fresh: FreshDatabase;
let database: Database;

function open(url: string, poolSize = 2): Database {
  return createDatabase({
    url,
    schema: schema.schema,
    role: schema.role,
    poolSize,
    applicationName: 'test',
    logger,
  });
}

const insertContact = (tenant: string, id: number) => ({
  name: 'insert_contact',
  text: 'insert into contact (tenant_id, id, name) values ($1, $2, $3)',
  values: [tenant, id, `name ${id}`],
});
const readContacts = { text: 'select tenant_id, id from contact order by id' };

async function countContacts(tenants: string[]): Promise<number> {
  const rows = await database.transaction({ tenants }, (tx) => tx.query(readContacts));
  return rows.length;
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('It should have failed');
}

beforeEach(async () => {
  fresh = await freshDatabase([schema]);
  database = open(fresh.url);
  await database.transaction({ tenants: [own] }, (tx) => tx.query(insertContact(own, 1)));
  await database.transaction({ tenants: [foreign] }, (tx) => tx.query(insertContact(foreign, 2)));
});

afterEach(async () => {
  await database.end();
  await fresh.drop();
});

describe('row-level security', () => {
  it('shows a transaction the rows of its tenants only', async () => {
    const seen = (tenants: string[]) =>
      database.transaction({ tenants }, async (tx) =>
        (await tx.query<{ id: number }>(readContacts)).map(({ id }) => id),
      );
    expect(await seen([own])).toEqual([1]);
    expect(await seen([foreign])).toEqual([2]);
    expect(await seen([own, foreign])).toEqual([1, 2]);
    expect(await seen([])).toEqual([]);
    expect(await database.query(readContacts)).toEqual([]);
  });

  it('refuses rows of other tenants', async () => {
    const write = (text: string, values: unknown[] = []) =>
      database.transaction({ tenants: [own] }, (tx) => tx.query({ text, values }));
    expect(
      sqlState(await failure(write('insert into contact (tenant_id, id) values ($1, 9)', [foreign]))),
    ).toBe('42501');
    expect(sqlState(await failure(write('update contact set tenant_id = $1', [foreign])))).toBe('42501');
    expect(
      await write('update contact set name = $1 where tenant_id = $2 returning id', ['x', foreign]),
    ).toEqual([]);
    expect(await write('delete from contact where tenant_id = $1 returning id', [foreign])).toEqual([]);
    expect(sqlState(await failure(database.query(insertContact(own, 9))))).toBe('42501');
  });

  it('hides other tenants from views and from conflicts', async () => {
    const names = await database.transaction({ tenants: [own] }, (tx) =>
      tx.query({ text: 'select name from contact_name' }),
    );
    expect(names).toEqual([{ name: 'name 1' }]);
    await database.transaction({ tenants: [own] }, (tx) => tx.query(insertContact(own, 2)));
    expect(await countContacts([own])).toBe(2);
  });

  it.each([
    'truncate contact',
    'alter table contact no force row level security',
    'drop policy tenant on contact',
    'copy contact from stdin',
    'create table escape (id int)',
    'select * from schema_migration',
  ])('denies the serving role: %s', async (text) => {
    const error = await failure(database.transaction({ tenants: [] }, (tx) => tx.query({ text })));
    expect(['42501', '0A000']).toContain(sqlState(error));
  });

  it('leaves no tenant on a pooled connection, after a commit or an error', async () => {
    const single = open(fresh.url, 1);
    await single.transaction({ tenants: [own] }, (tx) => tx.query(readContacts));
    expect(await single.query(readContacts)).toEqual([]);
    await failure(single.transaction({ tenants: [own] }, (tx) => tx.query({ text: 'select 1/0' })));
    expect(await single.query(readContacts)).toEqual([]);
    await failure(single.transaction({ tenants: [own] }, () => Promise.reject(new Error('own'))));
    expect(await single.query(readContacts)).toEqual([]);
    await single.end();
  });

  it('takes nothing but UUIDs as tenants', async () => {
    const error = await failure(
      database.transaction({ tenants: ["}',true);drop table contact--"] }, () => Promise.resolve()),
    );
    expect(isAppError(error, 'INVALID_ARGUMENT')).toBe(true);
  });

  it('leaves the index to what the statement names, the tenants evaluated once', async () => {
    const plan = await database.transaction({ tenants: [own] }, async (tx) => {
      await tx.query({ text: 'set local enable_seqscan = off' });
      return tx.query<{ 'QUERY PLAN': string }>({
        text: `explain (costs off) select * from contact where tenant_id = '${own}' and id = 1`,
      });
    });
    const lines = plan.map((row) => row['QUERY PLAN']).join('\n');
    expect(lines).toContain(`Index Cond: ((tenant_id = '${own}'::uuid) AND (id = 1))`);
    expect(lines).toContain('Filter: ((tenant_id = ANY ((InitPlan 1).col1)) IS TRUE)');
  });
});
