import type { Queryable } from '@omnigate/database';

/** A tenant's id and name, known before any scope is set. */
export interface TenantName {
  id: string;
  name: string;
}

/**
 * Finds tenants by their names.
 *
 * @param database a connection without a scope will do
 * @param names names, any number
 * @returns those that exist
 */
export function findTenantsByName(database: Queryable, names: readonly string[]): Promise<TenantName[]> {
  return database.query<TenantName>({
    name: 'directory_tenants_by_name',
    text: 'select id, name from tenant where name = any($1::text[])',
    values: [names],
  });
}

/**
 * Finds a tenant by its id or else by its name.
 *
 * @param database a connection without a scope will do
 * @param key an id or a name
 * @returns the tenant, or undefined
 */
export async function findTenant(
  database: Queryable,
  key: { id: string } | { name: string },
): Promise<TenantName | undefined> {
  const text =
    'id' in key
      ? 'select id, name from tenant where id = $1::uuid'
      : 'select id, name from tenant where name = $1::text';
  const rows = await database.query<TenantName>({ text, values: ['id' in key ? key.id : key.name] });
  return rows[0];
}

/**
 * Lists the ids of all tenants.
 *
 * @param database a connection without a scope will do
 * @returns ids, in no order
 */
export async function listTenantIds(database: Queryable): Promise<string[]> {
  const rows = await database.query<{ id: string }>({ text: 'select id from tenant' });
  return rows.map((row) => row.id);
}

/**
 * Locks tenants, so that applies and deletes within one come one after the other.
 *
 * @param tx the transaction
 * @param ids the tenants
 * @returns ids of those that exist
 */
export async function lockTenants(tx: Queryable, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string }>({
    name: 'directory_lock_tenants',
    text: 'select id from tenant where id = any($1::uuid[]) order by id for no key update',
    values: [ids],
  });
  return rows.map((row) => row.id);
}

/**
 * Adds tenants.
 *
 * @param tx the transaction
 * @param tenants new ones
 */
export async function insertTenants(tx: Queryable, tenants: readonly TenantName[]): Promise<void> {
  await tx.query({
    text: 'insert into tenant (id, name) select * from unnest($1::uuid[], $2::text[]) order by 1',
    values: [tenants.map((tenant) => tenant.id), tenants.map((tenant) => tenant.name)],
  });
}

/**
 * Removes a tenant; its audit entries stay.
 *
 * @param tx the transaction, in the tenant's scope
 * @param id the tenant
 */
export async function deleteTenant(tx: Queryable, id: string): Promise<void> {
  await tx.query({ text: 'delete from resource where tenant_id = $1::uuid', values: [id] });
  await tx.query({ text: 'delete from kind_revision where tenant_id = $1::uuid', values: [id] });
  await tx.query({ text: 'delete from tenant where id = $1::uuid', values: [id] });
}
