import { Client } from 'pg';
import { sqlState, statementFailure } from './failure';
import { busUserRole, migrationTable, type ServiceSchema } from './service-schema';

/** One look at the catalogue; each row of its result is a problem in words. Parameters: $1 schema, $2 unscoped tables. */
type CatalogueCheck = string;

/** All tables of the schema but our own. A partition counts: it can be read beside its parent. */
const tables = `
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relkind in ('r', 'p') and c.relname <> '${migrationTable}'`;

const hasTenant = `exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)`;
const isScoped = 'c.relname <> all($2::text[])';

/** How the catalogue shows the expression of `tenantPolicy`. */
const policyExpression =
  '^\\(\\(tenant_id = ANY \\(\\( SELECT ([a-z0-9_]+\\.)?omnigate_tenants\\(\\) AS omnigate_tenants\\)::uuid\\[\\]\\)\\) IS TRUE\\)$';

const unlisted: CatalogueCheck = `
  select format('table %s.%s has no tenant_id and is not on the named list', n.nspname, c.relname) as problem
  ${tables} and ${isScoped} and not ${hasTenant}`;

const missingListed: CatalogueCheck = `
  select format('the named list of %s has %s, which is no table', $1::text, listed) as problem
  from unnest($2::text[]) as listed
  where not exists (select ${tables} and c.relname = listed)`;

const nullableTenant: CatalogueCheck = `
  select format('tenant_id of %s.%s may be null or is no uuid', n.nspname, c.relname) as problem
  ${tables} and ${isScoped} and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id'
    and (not a.attnotnull or a.atttypid <> 'uuid'::regtype))`;

const noRowSecurity: CatalogueCheck = `
  select format('row-level security of %s.%s is not %s', n.nspname, c.relname,
    case when c.relrowsecurity then 'forced' else 'enabled' end) as problem
  ${tables} and ${isScoped} and ${hasTenant} and not (c.relrowsecurity and c.relforcerowsecurity)`;

const noPolicy: CatalogueCheck = `
  select format('table %s.%s has no policy', n.nspname, c.relname) as problem
  ${tables} and ${isScoped} and ${hasTenant} and not exists (select from pg_policy p where p.polrelid = c.oid)`;

/** Permissive policies add up, so each must be ours. */
const foreignPolicy: CatalogueCheck = `
  select format('policy %s of %s.%s is not that of tenantPolicy()', p.polname, n.nspname, c.relname) as problem
  from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and ${isScoped} and p.polpermissive and not (p.polcmd = '*' and p.polroles = '{0}'
    and coalesce(pg_get_expr(p.polqual, c.oid), '') ~ '${policyExpression}'
    and coalesce(pg_get_expr(p.polwithcheck, c.oid), '') ~ '${policyExpression}')`;

/** A unique key without the tenant tells one tenant that another has the value, and swallows its row on conflict. */
const uniqueWithoutTenant: CatalogueCheck = `
  select format('unique index %s of %s.%s does not contain tenant_id', i.indexrelid::regclass, n.nspname, c.relname) as problem
  from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and ${isScoped} and ${hasTenant} and (i.indisunique or i.indisexclusion)
    and not exists (select from pg_attribute a, unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) as key
      where a.attrelid = c.oid and a.attname = 'tenant_id' and a.attnum = key)`;

const primaryKeyNotByTenant: CatalogueCheck = `
  select format('the primary key of %s.%s does not start with tenant_id', n.nspname, c.relname) as problem
  from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
  where n.nspname = $1 and ${isScoped} and i.indisprimary and i.indkey[0] <> a.attnum`;

/** Views run as their owner, whom the policies may not bind, and a materialised view holds all tenants' rows. */
const openView: CatalogueCheck = `
  select format('%s %s.%s reads past row-level security', case c.relkind when 'm' then 'materialised view'
    when 'f' then 'foreign table' else 'view' end, n.nspname, c.relname) as problem
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and (c.relkind in ('m', 'f') or c.relkind = 'v'
    and not (coalesce(c.reloptions, '{}') && '{security_invoker=true,security_invoker=on,security_invoker=1}'::text[]))`;

const definerFunction: CatalogueCheck = `
  select format('function %s runs with its owner''s rights beside tenant tables', p.oid::regprocedure) as problem
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname = $1 and p.prosecdef and exists (select ${tables} and ${isScoped} and ${hasTenant})`;

const schemaChecks: readonly CatalogueCheck[] = [
  unlisted,
  missingListed,
  nullableTenant,
  noRowSecurity,
  noPolicy,
  foreignPolicy,
  uniqueWithoutTenant,
  primaryKeyNotByTenant,
  openView,
  definerFunction,
];

/** Parameters of the checks of roles: $1 role, $2 its schema, $3 all schemas. */
const roleExists = 'select from pg_roles where rolname = $1';

const powerfulRole: CatalogueCheck = `
  select format('role %s may be or become %s, which row-level security does not bind', $1::text, r.rolname) as problem
  from pg_roles r where (r.rolsuper or r.rolbypassrls) and pg_has_role($1, r.oid, 'MEMBER')`;

const loginRole: CatalogueCheck = `
  select format('role %s can log in', rolname) as problem from pg_roles where rolname = $1 and rolcanlogin`;

const owningRole: CatalogueCheck = `
  select format('role %s owns something (%s)', $1::text, pg_describe_object(d.classid, d.objid, d.objsubid)) as problem
  from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.deptype = 'o' and d.refobjid = to_regrole($1)
    and d.dbid in (0, (select oid from pg_database where datname = current_database()))`;

const otherServicesRole: CatalogueCheck = `
  select format('role %s may use schema %s of another service', $1::text, other) as problem
  from unnest($3::text[]) as other
  where other <> $2 and has_schema_privilege($1, other, 'USAGE') and not has_schema_privilege('${busUserRole}', other, 'USAGE')`;

const tooManyRights: CatalogueCheck = `
  select format('role %s may %s %s.%s', $1::text, lower(privilege), n.nspname, c.relname) as problem
  from pg_class c join pg_namespace n on n.oid = c.relnamespace, unnest('{TRUNCATE,TRIGGER,REFERENCES}'::text[]) as privilege
  where n.nspname = $2 and c.relkind in ('r', 'p') and has_table_privilege($1, c.oid, privilege)`;

const rewritesHistory: CatalogueCheck = `
  select format('role %s may read or write %s.${migrationTable}', $1::text, n.nspname) as problem
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $2 and c.relname = '${migrationTable}'
    and has_table_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, DELETE')`;

const makesObjects: CatalogueCheck = `
  select format('role %s may create in schema %s', $1::text, nspname) as problem
  from pg_namespace where nspname = $2 and has_schema_privilege($1, oid, 'CREATE')`;

const roleChecks: readonly CatalogueCheck[] = [
  powerfulRole,
  loginRole,
  owningRole,
  otherServicesRole,
  tooManyRights,
  rewritesHistory,
  makesObjects,
];

async function runChecks(
  client: Client,
  checks: readonly CatalogueCheck[],
  values: unknown[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const text of checks) {
    const used = values.filter((_, i) => text.includes(`$${i + 1}`));
    const { rows } = await client.query<{ problem: string }>(text, used);
    problems.push(...rows.map(({ problem }) => problem));
  }
  return problems;
}

async function checkSchema(
  client: Client,
  { schema, role, unscopedTables }: ServiceSchema,
  all: string[],
): Promise<string[]> {
  const { rows } = await client.query<{ made: string[] }>(
    'select array_agg(nspname::text) as made from pg_namespace where nspname = any($1)',
    [all],
  );
  const made = rows[0]?.made ?? [];
  if (!made.includes(schema)) return [`schema ${schema} does not exist`];
  const problems = await runChecks(client, schemaChecks, [schema, unscopedTables]);
  const known = await client.query(roleExists, [role]);
  if (known.rowCount === 0) return [...problems, `role ${role} does not exist`];
  return [...problems, ...(await runChecks(client, roleChecks, [role, schema, made]))];
}

/**
 * Walks the catalogue for ways around row-level security: tables without tenant, policy or place on the named list,
 * keys without the tenant, views and functions with their owner's rights, serving roles with too many rights.
 * @param url a login that may read the catalogue
 * @returns one line for each problem; none when all is well
 * @throws AppError DATABASE_UNAVAILABLE when the server isn't reached
 */
export async function checkTenantIsolation(
  url: string,
  schemas: readonly ServiceSchema[],
): Promise<string[]> {
  const client = new Client({
    connectionString: url,
    application_name: 'omnigate-isolation',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined);
  const names = schemas.map(({ schema }) => schema);
  try {
    await client.connect();
    const problems: string[] = [];
    for (const schema of schemas) problems.push(...(await checkSchema(client, schema, names)));
    return problems;
  } catch (error) {
    throw statementFailure(error, sqlState(error) === undefined);
  } finally {
    await client.end().catch(() => undefined);
  }
}
