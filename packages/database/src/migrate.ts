import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@omnigate/errors';
import type { Logger } from '@omnigate/runtime';
import { Client } from 'pg';
import { sqlState, statementFailure } from './failure';
import { setUpRoles, setUpSchema } from './schema-setup';
import { busUserRole, type Migration, migrationTable, type ServiceSchema } from './service-schema';
import { plainIdentifier, quoteLiteral } from './statement';

/** Serialises migrations of one database. */
const advisoryLockKey = "hashtext('omnigate.migrate')";

/** Id of the row that stands for the schema's set-up; it may change, migrations may not. */
const setUpId = 'set-up';

/** Undefined table, schema, role: the set-up hasn't run. */
const notSetUp = new Set(['42P01', '3F000', '42704']);

interface Applied {
  schema: string;
  id: string;
  sha256: string;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function loginOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}

/** The server is there and does not take what the URL says: the login, its password, or the database's name. */
const refused = new Set(['28000', '28P01', '3D000']);

function connectFailure(error: unknown): unknown {
  const state = sqlState(error) ?? '';
  if (!refused.has(state)) return statementFailure(error, state === '');
  const reason = `DATABASE_URL or DATABASE_MIGRATION_URL: the server refuses its login or database, SQLSTATE ${state}`;
  return new AppError('CONFIG_INVALID', { reason }, { cause: error });
}

/** Who migrates (and so owns) and who serves: both are in the set-up's rights. */
interface Logins {
  owner: string;
  serving: string;
}

function setUpHash(schema: ServiceSchema, logins: Logins): string {
  return sha256([setUpSchema(schema), setUpRoles([schema], logins.serving), logins.owner].join('\n'));
}

/** Reads what was applied, in one statement; undefined when a schema was never set up. */
async function readApplied(
  client: Client,
  schemas: readonly ServiceSchema[],
): Promise<Applied[] | undefined> {
  const parts = schemas.map(
    ({ schema }) =>
      `select '${schema}' as schema, id, sha256 from ${plainIdentifier(schema)}.${migrationTable}`,
  );
  try {
    return (await client.query<Applied>(parts.join(' union all '))).rows;
  } catch (error) {
    if (notSetUp.has(sqlState(error) ?? '')) return undefined;
    throw error;
  }
}

/** The migrations of a schema that are still to run. */
function pendingMigrations(schema: ServiceSchema, applied: readonly Applied[]): Migration[] {
  const hashes = new Map(
    applied.filter((row) => row.schema === schema.schema).map((row) => [row.id, row.sha256]),
  );
  return schema.migrations.filter((migration) => {
    const hash = hashes.get(migration.id);
    if (hash !== undefined && hash !== sha256(migration.sql)) {
      throw new AppError('CONFIG_INVALID', {
        reason: `migration ${schema.schema}/${migration.id} was changed after it was applied to this database`,
      });
    }
    return hash === undefined;
  });
}

function isUpToDate(
  schemas: readonly ServiceSchema[],
  applied: readonly Applied[] | undefined,
  logins: Logins,
): boolean {
  return (
    applied !== undefined &&
    schemas.every(
      (schema) =>
        pendingMigrations(schema, applied).length === 0 &&
        applied.some(
          (row) =>
            row.schema === schema.schema && row.id === setUpId && row.sha256 === setUpHash(schema, logins),
        ),
    )
  );
}

function recordApplied(schema: string, id: string, hash: string): string {
  return `insert into ${schema}.${migrationTable} (id, sha256) values (${quoteLiteral(id)}, '${hash}')
    on conflict (id) do update set sha256 = excluded.sha256, applied_at = now()`;
}

/** Several commands in one simple query are one transaction. */
async function applyMigration(client: Client, schema: string, migration: Migration): Promise<void> {
  const record = recordApplied(schema, migration.id, sha256(migration.sql));
  try {
    await client.query(`set local search_path = ${schema};\n${migration.sql}\n;${record}`);
  } catch (error) {
    throw new AppError(
      'CONFIG_INVALID',
      { reason: `migration ${schema}/${migration.id} failed with SQLSTATE ${sqlState(error) ?? 'unknown'}` },
      { cause: error },
    );
  }
}

/** Roles are the whole server's: another database's set-up may touch them in the same moment. */
async function applyRoles(client: Client, schemas: readonly ServiceSchema[], logins: Logins): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(setUpRoles(schemas, logins.serving));
      return;
    } catch (error) {
      const state = sqlState(error);
      if (state === '42501') throw missingRights(schemas, logins.owner, error);
      if (attempt === 20 || !['XX000', '40P01', '42704'].includes(state ?? '')) throw error;
      await sleep(10 + Math.random() * 20 * attempt);
    }
  }
}

function missingRights(schemas: readonly ServiceSchema[], login: string, cause: unknown): AppError {
  const roles = schemas.map(({ role }) => role).join(', ');
  const reason = `the database login may not create or take the roles ${roles}; give it CREATEROLE (alter role ${login} createrole), and where another login made ${busUserRole}, that too (grant ${busUserRole} to ${login} with admin option); or set DATABASE_MIGRATION_URL to an administrator's`;
  return new AppError('CONFIG_INVALID', { reason }, { cause });
}

async function applyAll(
  client: Client,
  schemas: readonly ServiceSchema[],
  logins: Logins,
  logger: Logger,
): Promise<void> {
  const before = await readApplied(client, schemas);
  if (isUpToDate(schemas, before, logins)) return;
  await applyRoles(client, schemas, logins);
  for (const schema of schemas) {
    const record = recordApplied(schema.schema, setUpId, setUpHash(schema, logins));
    await client.query(`${setUpSchema(schema)};${record}`);
  }
  const applied = (await readApplied(client, schemas)) ?? [];
  for (const schema of schemas) {
    for (const migration of pendingMigrations(schema, applied)) {
      await applyMigration(client, schema.schema, migration);
      logger.info({ schema: schema.schema, migration: migration.id }, 'migration applied');
    }
  }
}

async function withClient(url: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({
    connectionString: url,
    application_name: 'omnigate-migrate',
    connectionTimeoutMillis: 10_000,
  });
  let broke = false;
  client.on('error', () => {
    broke = true;
  });
  try {
    await client.connect().catch((error: unknown) => {
      throw connectFailure(error);
    });
    await work(client);
  } catch (error) {
    throw statementFailure(error, broke);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Brings schemas to their newest version, in the order given (the bus first, as others' rights build on it). Makes
 * the schemas, their serving roles and rights. Processes that start at once wait for one another. When there is
 * nothing to do it costs one statement.
 * @param url a login that may create schemas, and roles when they are missing; not through a transaction pooler
 * @param schemas all services that run on this database
 * @param servingUrl the URL that `createDatabase` will use, when its login is another
 * @throws AppError CONFIG_INVALID when an applied migration was changed, one fails, or rights are missing;
 *   DATABASE_UNAVAILABLE when the server isn't reached
 */
export async function migrate(
  url: string,
  schemas: readonly ServiceSchema[],
  logger: Logger,
  servingUrl: string = url,
): Promise<void> {
  const logins = { owner: loginOf(url), serving: loginOf(servingUrl) };
  await withClient(url, async (client) => {
    if (isUpToDate(schemas, await readApplied(client, schemas), logins)) return;
    await client.query(`select pg_advisory_lock(${advisoryLockKey})`);
    await applyAll(client, schemas, logins, logger);
  });
}
