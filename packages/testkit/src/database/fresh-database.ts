import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, type Database, migrate, type ServiceSchema, sqlState } from '@omnigate/database';
import { createLogger } from '@omnigate/runtime';
import { startTestDatabase } from './test-server';

/** An own database of one test. */
export interface FreshDatabase {
  /** A superuser's URL, for `createDatabase` and `migrate`. */
  url: string;
  /** Ends all connections to it and removes it. */
  drop(): Promise<void>;
}

const logger = createLogger({ service: 'test-database', level: 'silent' });

/** Somebody is still leaving the template. */
const objectInUse = '55006';

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** The server's own login, outside any service's schema: for CREATE and DROP DATABASE. */
function administer(serverUrl: string): Database {
  const role = decodeURIComponent(new URL(serverUrl).username);
  return createDatabase({
    url: serverUrl,
    schema: 'public',
    role,
    poolSize: 2,
    applicationName: 'test',
    logger,
  });
}

async function withAdministrator<T>(
  serverUrl: string,
  work: (administrator: Database) => Promise<T>,
): Promise<T> {
  const administrator = administer(serverUrl);
  try {
    return await work(administrator);
  } finally {
    await administrator.end();
  }
}

function templateName(schemas: readonly ServiceSchema[]): string {
  const content = schemas.map(({ schema, role, migrations }) => ({ schema, role, migrations }));
  return `template_${createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 24)}`;
}

async function exists(administrator: Database, name: string): Promise<boolean> {
  const rows = await administrator.query({
    text: 'select from pg_database where datname = $1',
    values: [name],
  });
  return rows.length > 0;
}

/** Migrated under another name and renamed, so that a half-made template is never taken for whole. */
async function buildTemplate(
  administrator: Database,
  serverUrl: string,
  schemas: ServiceSchema[],
): Promise<void> {
  const name = templateName(schemas);
  const building = `building_${randomBytes(8).toString('hex')}`;
  await administrator.query({ text: `create database ${building}` });
  await migrate(databaseUrl(serverUrl, building), schemas, logger);
  await whenNotInUse(() => administrator.query({ text: `alter database ${building} rename to ${name}` }));
}

/** One worker builds, the others wait. */
async function ensureTemplate(
  administrator: Database,
  serverUrl: string,
  schemas: ServiceSchema[],
): Promise<void> {
  const name = templateName(schemas);
  if (await exists(administrator, name)) return;
  await administrator.transaction({ tenants: [] }, async (tx) => {
    await tx.query({ text: 'select pg_advisory_xact_lock(hashtext($1))', values: [name] });
    if (!(await exists(administrator, name))) await buildTemplate(administrator, serverUrl, schemas);
  });
}

async function whenNotInUse(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (sqlState(error) !== objectInUse || attempt === 50) throw error;
      await sleep(20);
    }
  }
}

/**
 * Makes an empty database with these schemas, a copy of a template that is migrated once for the same migrations.
 * Serving roles are the server's, so all databases of a run share them.
 * @param schemas in the order of `migrate`
 */
export async function freshDatabase(schemas: ServiceSchema[]): Promise<FreshDatabase> {
  const { url: serverUrl } = await startTestDatabase();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withAdministrator(serverUrl, async (administrator) => {
    await ensureTemplate(administrator, serverUrl, schemas);
    const text = `create database ${name} template ${templateName(schemas)}`;
    await whenNotInUse(() => administrator.query({ text }));
  });
  const drop = () =>
    withAdministrator(serverUrl, async (administrator) => {
      await administrator.query({ text: `drop database if exists ${name} with (force)` });
    });
  return { url: databaseUrl(serverUrl, name), drop };
}
