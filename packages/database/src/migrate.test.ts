import { createLogger } from '@omnigate/runtime';
import { type FreshDatabase, freshDatabase } from '@omnigate/testkit';
import { Client } from 'pg';
import {
  busUserRole,
  checkTenantIsolation,
  createDatabase,
  migrate,
  type ServiceSchema,
  tenantPolicy,
} from './index';

const logger = createLogger({ service: 'test', level: 'silent' });

const contactSql = `
  create table contact (tenant_id uuid not null, id int not null, primary key (tenant_id, id));
  ${tenantPolicy('contact')}
  create sequence ticket_number;
  create table audit (tenant_id uuid not null, id int not null, primary key (tenant_id, id));
  ${tenantPolicy('audit')}
  revoke update, delete on audit from omnigate_crm;`;

const crm: ServiceSchema = {
  schema: 'crm',
  role: 'omnigate_crm',
  unscopedTables: [],
  migrations: [{ id: '0001_contact', sql: contactSql }],
};

const log: ServiceSchema = {
  schema: 'log',
  role: 'omnigate_log',
  unscopedTables: ['record'],
  migrations: [
    {
      id: '0001_record',
      sql: `create table record (n int primary key);
            create function append(n int) returns void language sql security definer set search_path = log
              as 'insert into record values ($1)';
            grant usage on schema log to ${busUserRole};
            grant execute on function append(int) to ${busUserRole};`,
    },
  ],
};

let fresh: FreshDatabase;

beforeEach(async () => {
  fresh = await freshDatabase([]);
});

afterEach(() => fresh.drop());

async function asAdministrator<Row extends object>(text: string, url = fresh.url): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

async function asService<T>({ schema, role }: ServiceSchema, text: string, url = fresh.url): Promise<T[]> {
  const database = createDatabase({ url, schema, role, applicationName: 'test', logger });
  try {
    return await database.query<T>({ text });
  } finally {
    await database.end();
  }
}

/** A login without rights of a superuser; roles are the server's, so its name is this test's own. */
async function createLogin(attributes: string): Promise<{ login: string; url: string }> {
  const login = `login_${new URL(fresh.url).pathname.slice(1)}`;
  await asAdministrator(`create role ${login} login password 'p' ${attributes};
    do $$ begin execute format('alter database %I owner to ${login}', current_database()); end $$`);
  const url = new URL(fresh.url);
  url.username = login;
  url.password = 'p';
  return { login, url: url.href };
}

async function removeLogin(login: string): Promise<void> {
  const administrator = decodeURIComponent(new URL(fresh.url).username);
  await asAdministrator(
    `reassign owned by ${login} to ${administrator}; drop owned by ${login}; drop role ${login}`,
  );
}

function withRole(schema: ServiceSchema, role: string): ServiceSchema {
  const migrations = schema.migrations.map(({ id, sql }) => ({ id, sql: sql.replaceAll(schema.role, role) }));
  return { ...schema, role, migrations };
}

describe('migrate', () => {
  it('makes what the serving role needs, and no more', async () => {
    await migrate(fresh.url, [log, crm], logger);
    expect(await checkTenantIsolation(fresh.url, [crm])).toEqual([]);
    expect(await asService(crm, "select nextval('ticket_number') as n")).toEqual([{ n: 1n }]);
    await expect(asService(crm, 'update audit set id = 2')).rejects.toMatchObject({ code: '42501' });
    await expect(asService(crm, 'delete from audit')).rejects.toMatchObject({ code: '42501' });
    await expect(asService(crm, 'select * from audit')).resolves.toEqual([]);
  });

  it('lets serving roles do in the bus what its migrations grant to their group', async () => {
    await migrate(fresh.url, [log, crm], logger);
    await asService(crm, 'select log.append(7)');
    await expect(asService(crm, 'select * from log.record')).rejects.toMatchObject({ code: '42501' });
    expect(await asService(log, 'select n from record')).toEqual([{ n: 7 }]);
  });

  it('does nothing the second time, by one statement', async () => {
    await migrate(fresh.url, [log, crm], logger);
    const version = 'select xmin::text as xmin, id from crm.schema_migration order by id';
    const before = await asAdministrator(version);
    await migrate(fresh.url, [log, crm], logger);
    expect(await asAdministrator(version)).toEqual(before);
    expect(before).toHaveLength(2);
  });

  it('applies what is new and keeps rights that a migration took back', async () => {
    await migrate(fresh.url, [crm], logger);
    const more = {
      id: '0002_note',
      sql: 'alter table contact add column note text; create index on contact (tenant_id, note)',
    };
    await migrate(fresh.url, [{ ...crm, migrations: [...crm.migrations, more] }], logger);
    expect(await asService(crm, 'select note from contact')).toEqual([]);
    await expect(asService(crm, 'delete from audit')).rejects.toMatchObject({ code: '42501' });
  });

  it('serves processes that start at once', async () => {
    await Promise.all([1, 2, 3, 4].map(() => migrate(fresh.url, [log, crm], logger)));
    expect(await asAdministrator('select id from crm.schema_migration order by id')).toEqual([
      { id: '0001_contact' },
      { id: 'set-up' },
    ]);
  });

  it('serves services that start at once, each with its own schema and the same bus', async () => {
    const desk: ServiceSchema = {
      schema: 'desk',
      role: 'omnigate_desk',
      unscopedTables: ['seat'],
      migrations: [{ id: '0001_seat', sql: 'create table seat (n int primary key)' }],
    };
    const starts = [crm, desk, crm, desk].map((schema) => migrate(fresh.url, [log, schema], logger));
    await Promise.all([...starts, migrate(fresh.url, [log], logger)]);
    await asService(crm, 'select log.append(1)');
    await asService(desk, 'insert into seat select 1 from log.append(2)');
    expect(await asService(log, 'select n from record order by n')).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('serves databases of one server that are set up at once', async () => {
    const databases = await Promise.all([1, 2, 3].map(() => freshDatabase([])));
    const role = `omnigate_at_once_${process.pid}`;
    await Promise.all(
      databases.map(({ url }) => migrate(url, [withRole(log, `${role}_log`), withRole(crm, role)], logger)),
    );
    await Promise.all(databases.map(({ drop }) => drop()));
    await asAdministrator(`drop role ${role}, ${role}_log`);
  });

  it('refuses an applied migration that was changed', async () => {
    await migrate(fresh.url, [crm], logger);
    const changed = {
      ...crm,
      migrations: [{ id: '0001_contact', sql: `${contactSql} create table more (id int)` }],
    };
    await expect(migrate(fresh.url, [changed], logger)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      metadata: { reason: 'migration crm/0001_contact was changed after it was applied to this database' },
    });
    expect(await asAdministrator("select to_regclass('crm.more')::text as more")).toEqual([{ more: null }]);
  });

  it('leaves nothing of a migration that fails, and applies it when it is mended', async () => {
    const broken = { id: '0002_broken', sql: 'create table half (id int); select 1/0' };
    const schema = { ...crm, migrations: [...crm.migrations, broken] };
    await expect(migrate(fresh.url, [schema], logger)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      metadata: { reason: 'migration crm/0002_broken failed with SQLSTATE 22012' },
    });
    expect(await asAdministrator("select to_regclass('crm.half')::text as half")).toEqual([{ half: null }]);
    broken.sql = 'create table half (id int)';
    await migrate(fresh.url, [schema], logger);
    expect(await asService(crm, 'select * from half')).toEqual([]);
  });

  it('works for a login that is no superuser', async () => {
    const { login, url } = await createLogin('createrole nosuperuser');
    await migrate(fresh.url, [crm], logger); // the group may be another login's already
    await asAdministrator(`drop schema crm cascade; grant ${busUserRole} to ${login} with admin option`);
    const role = `omnigate_for_${login}`;
    const schema = withRole(crm, role);
    await migrate(url, [schema], logger);
    await migrate(url, [schema], logger);
    expect(await asService(schema, 'select current_user::text as me', url)).toEqual([{ me: role }]);
    expect(await checkTenantIsolation(url, [schema])).toEqual([]);
    await removeLogin(login);
    await asAdministrator(`drop owned by ${role}; drop role ${role}`);
  });

  it('lets another login serve', async () => {
    const { login, url } = await createLogin('nocreaterole');
    await migrate(fresh.url, [crm], logger, url);
    expect(await asService(crm, 'select current_user::text as me', url)).toEqual([{ me: 'omnigate_crm' }]);
    await removeLogin(login);
  });

  it('says what is missing when it may not make roles', async () => {
    const { login, url } = await createLogin('nocreaterole');
    const error: unknown = await migrate(url, [withRole(crm, 'omnigate_nobody_made_it')], logger).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    expect(String(error)).toContain(`alter role ${login} createrole`);
    await removeLogin(login);
  });

  it.each([
    ['login', (url: URL) => (url.username = 'nobody_here')],
    ['database', (url: URL) => (url.pathname = '/nothing_here')],
  ])('says which variable to change when the server refuses the %s', async (_what, change) => {
    const url = new URL(fresh.url);
    change(url);
    await expect(migrate(url.href, [crm], logger)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('DATABASE_URL'),
    });
  });

  it('says DATABASE_UNAVAILABLE when nobody listens', async () => {
    const url = 'postgres://nobody:x@127.0.0.1:1/none';
    await expect(migrate(url, [crm], logger)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  });
});
