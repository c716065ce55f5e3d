import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@omnigate/runtime';
import { Client } from 'pg';
import { createDatabase, migrate, type ServiceSchema, startEmbeddedPostgres, tenantPolicy } from './index';

const logger = createLogger({ service: 'test', level: 'silent' });
jest.setTimeout(180_000);

const sql = `
  create table contact (tenant_id uuid not null, id int not null, primary key (tenant_id, id));
  ${tenantPolicy('contact')}`;
const schema: ServiceSchema = {
  schema: 'crm',
  role: 'omnigate_crm',
  unscopedTables: [],
  migrations: [{ id: '0001', sql }],
};

async function asSuperuser(url: string, statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

// On a server of its own: roles are the server's, so elsewhere another test has made them already.
it('serves a login that is no superuser from the first migration of a server on', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'omnigate-first-'));
  chmodSync(dataDir, 0o711);
  const server = await startEmbeddedPostgres({ dataDir, logger });
  try {
    const make = ["create role modest login createrole password 'p'", 'create database modest owner modest'];
    await asSuperuser(server.url, make);
    const own = new URL(server.url);
    own.username = 'modest';
    own.password = 'p';
    own.pathname = '/modest';
    await migrate(own.href, [schema], logger);
    const { role } = schema;
    const database = createDatabase({ url: own.href, schema: 'crm', role, applicationName: 'test', logger });
    expect(await database.query({ text: 'select current_user::text as me' })).toEqual([{ me: role }]);
    await database.end();
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
