import { createLogger } from '@omnigate/runtime';
import { freshDatabase } from '@omnigate/testkit';
import { checkTenantIsolation, migrate, type ServiceSchema, tenantPolicy } from './index';

const logger = createLogger({ service: 'test', level: 'silent' });

const sound = `
  create table contact (tenant_id uuid not null, id uuid not null, phone text, primary key (tenant_id, id), unique (tenant_id, phone));
  ${tenantPolicy('contact')}
  create table key_hash (hash bytea primary key, tenant_id uuid not null);
  create view contact_phone with (security_invoker = true) as select tenant_id, phone from contact;`;

function walked(sql: string, unscopedTables = ['key_hash']): ServiceSchema {
  return {
    schema: 'walked',
    role: 'omnigate_walked',
    unscopedTables,
    migrations: [{ id: '0001_walked', sql: sound + sql }],
  };
}

async function problemsOf(schema: ServiceSchema, others: ServiceSchema[] = []): Promise<string[]> {
  const fresh = await freshDatabase([schema, ...others]);
  try {
    return await checkTenantIsolation(fresh.url, [schema, ...others]);
  } finally {
    await fresh.drop();
  }
}

describe('checkTenantIsolation', () => {
  it('finds nothing in a sound schema', async () => {
    await expect(problemsOf(walked(''))).resolves.toEqual([]);
  });

  const columns = 'tenant_id uuid not null, id int not null';
  const faults: [fault: string, sql: string, problem: string][] = [
    [
      'a table without tenant',
      'create table t (id int primary key)',
      'table walked.t has no tenant_id and is not on the named list',
    ],
    [
      'no row-level security',
      `create table t (${columns}, primary key (tenant_id, id))`,
      'row-level security of walked.t is not enabled',
    ],
    [
      'no policy',
      `create table t (${columns}, primary key (tenant_id, id)); alter table t enable row level security; alter table t force row level security`,
      'table walked.t has no policy',
    ],
    [
      'not forced',
      'alter table contact no force row level security',
      'row-level security of walked.contact is not forced',
    ],
    [
      'an open policy beside ours',
      'create policy all_of_them on contact using (true)',
      'policy all_of_them of walked.contact is not that of tenantPolicy()',
    ],
    [
      'a policy without check',
      'create table t (tenant_id uuid not null, primary key (tenant_id)); alter table t enable row level security; alter table t force row level security; create policy tenant on t for select using ((tenant_id = any((select omnigate_tenants())::uuid[])) is true)',
      'policy tenant of walked.t is not that of tenantPolicy()',
    ],
    [
      'a tenant that may be null',
      `create table t (tenant_id uuid, id int); ${tenantPolicy('t')}`,
      'tenant_id of walked.t may be null or is no uuid',
    ],
    [
      'a unique index without tenant',
      'create unique index by_phone on contact (phone)',
      'unique index walked.by_phone of walked.contact does not contain tenant_id',
    ],
    [
      'the tenant only included in a unique index',
      'create unique index by_phone on contact (phone) include (tenant_id)',
      'unique index walked.by_phone of walked.contact does not contain tenant_id',
    ],
    [
      'a primary key on a random id',
      `create table t (${columns}, primary key (id)); ${tenantPolicy('t')}`,
      'unique index walked.t_pkey of walked.t does not contain tenant_id',
    ],
    [
      'a primary key that ends with the tenant',
      `create table t (${columns}, primary key (id, tenant_id)); ${tenantPolicy('t')}`,
      'the primary key of walked.t does not start with tenant_id',
    ],
    [
      'a view of its owner',
      'create view v as select * from contact',
      'view walked.v reads past row-level security',
    ],
    [
      'a materialised view',
      'create materialized view v as select * from contact',
      'materialised view walked.v reads past row-level security',
    ],
    [
      "a function with its owner's rights",
      "create function peek() returns bigint language sql security definer as 'select count(*) from walked.contact'",
      "function walked.peek() runs with its owner's rights beside tenant tables",
    ],
    [
      'an open partition',
      `create table p (${columns}, primary key (tenant_id, id)) partition by list (id); ${tenantPolicy('p')} create table p1 partition of p for values in (1)`,
      'row-level security of walked.p1 is not enabled',
    ],
    [
      'a right to truncate',
      'grant truncate on contact to omnigate_walked',
      'role omnigate_walked may truncate walked.contact',
    ],
    [
      'a serving role that owns',
      'alter table contact owner to omnigate_walked',
      'role omnigate_walked owns something (table walked.contact)',
    ],
    [
      'a serving role that creates',
      'grant create on schema walked to omnigate_walked',
      'role omnigate_walked may create in schema walked',
    ],
    [
      'a readable history',
      'grant select on schema_migration to omnigate_walked',
      'role omnigate_walked may read or write walked.schema_migration',
    ],
  ];
  it.each(faults)('finds %s', async (_fault, sql, problem) => {
    expect(await problemsOf(walked(sql))).toContain(problem);
  });

  it('finds an entry of the named list that is no table', async () => {
    expect(await problemsOf(walked('', ['key_hash', 'gone']))).toEqual([
      'the named list of walked has gone, which is no table',
    ]);
  });

  it('finds a role that reaches another service', async () => {
    const other: ServiceSchema = {
      schema: 'walked_too',
      role: 'omnigate_walked_too',
      unscopedTables: [],
      migrations: [{ id: '0001_open', sql: 'grant usage on schema walked_too to omnigate_walked' }],
    };
    expect(await problemsOf(walked(''), [other])).toEqual([
      'role omnigate_walked may use schema walked_too of another service',
    ]);
  });

  it('finds roles that row-level security does not bind', async () => {
    const powerful = { ...walked(''), schema: 'powerful', role: 'omnigate_powerful' };
    const fresh = await freshDatabase([powerful]);
    await migrate(
      fresh.url,
      [
        powerful,
        {
          ...powerful,
          schema: 'powers',
          migrations: [{ id: '0001', sql: 'alter role omnigate_powerful bypassrls login' }],
        },
      ],
      logger,
    );
    expect(await checkTenantIsolation(fresh.url, [powerful])).toEqual([
      'role omnigate_powerful may be or become omnigate_powerful, which row-level security does not bind',
      'role omnigate_powerful can log in',
    ]);
    await fresh.drop();
  });

  it('finds a schema that was never made', async () => {
    const fresh = await freshDatabase([walked('')]);
    const absent = { ...walked(''), schema: 'absent', role: 'omnigate_absent' };
    expect(await checkTenantIsolation(fresh.url, [absent])).toEqual(['schema absent does not exist']);
    await fresh.drop();
  });
});
