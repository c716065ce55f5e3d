import { busUserRole, migrationTable, type ServiceSchema } from './service-schema';
import { plainIdentifier, quoteLiteral } from './statement';

/**
 * Roles belong to the whole server, so databases that are migrated at once create the same ones: whoever is second
 * finds them, or waits for the first one's commit and fails with one of these.
 */
const madeMeanwhile = 'when duplicate_object or unique_violation then null';

/**
 * SQL that makes a role which can't log in, can't be more than it is granted, and is bound by row-level security.
 */
function createRole(role: string): string {
  return `
    if not exists (select from pg_roles where rolname = ${quoteLiteral(role)}) then
      begin
        create role ${role} nologin nosuperuser nocreatedb nocreaterole noreplication nobypassrls;
      exception ${madeMeanwhile};
      end;
    end if;`;
}

/** SQL that lets a login take a role, unless it can already (PostgreSQL 16 tells taking a role from inheriting it). */
function letLoginTake(role: string, login: string): string {
  const canTake = `pg_has_role(${login}, ${quoteLiteral(role)}, case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)`;
  return `
    if not ${canTake} then
      execute format('grant ${role} to %I', ${login});
    end if;`;
}

/** SQL that makes a serving role a member of the bus's group, unless it is one. */
function joinBusUsers(role: string): string {
  return `
    if not pg_has_role(${quoteLiteral(role)}, ${quoteLiteral(busUserRole)}, 'MEMBER') then
      grant ${busUserRole} to ${role};
    end if;`;
}

/**
 * SQL that makes the serving roles of all schemas. Repeatable; run on its own, because it fails when another
 * database's set-up changes the same roles in that moment ("tuple concurrently updated"), and then is repeated.
 * @param login name of a login that will take the roles besides the one that runs this
 */
export function setUpRoles(schemas: readonly ServiceSchema[], login?: string): string {
  const logins = ['session_user::text', ...(login === undefined ? [] : [quoteLiteral(login)])];
  const roles = schemas.map(({ role }) => plainIdentifier(role));
  const statements = [
    createRole(busUserRole),
    ...roles.map(createRole),
    ...roles.map(joinBusUsers),
    ...roles.flatMap((role) => logins.map((each) => letLoginTake(role, each))),
  ];
  return `do $$ begin ${statements.join('')} end $$`;
}

/**
 * SQL that makes a schema and says what its serving role may do with the tables, sequences and functions that
 * migrations will make. Repeatable. A migration may take rights back (an audit log that only grows).
 */
export function setUpSchema({ schema, role }: ServiceSchema): string {
  const name = plainIdentifier(schema);
  const to = plainIdentifier(role);
  return `
    create schema if not exists ${name};
    grant usage on schema ${name} to ${to};
    alter default privileges in schema ${name} grant select, insert, update, delete on tables to ${to};
    alter default privileges in schema ${name} grant usage on sequences to ${to};
    alter default privileges in schema ${name} grant execute on functions to ${to};
    create or replace function ${name}.omnigate_tenants() returns uuid[] language sql stable parallel safe
      as $$ select coalesce(nullif(current_setting('omnigate.tenants', true), ''), '{}')::uuid[] $$;
    create table if not exists ${name}.${migrationTable} (
      id text primary key, sha256 text not null, applied_at timestamptz not null default now());
    revoke all on ${name}.${migrationTable} from ${to};`;
}
