import type { Queryable } from '@omnigate/database';
import { newId } from '@omnigate/runtime';

/** An address in a tenant; unique by all three. */
export interface AddressKey {
  tenantId: string;
  namespace: string;
  value: string;
}

/** An address with the name that the channel shows for it. */
export interface NamedAddress extends AddressKey {
  name: string;
}

const keyOf = (key: AddressKey): string => `${key.tenantId} ${key.namespace} ${key.value}`;

interface ResolvedRow {
  tenant_id: string;
  namespace: string;
  value: string;
  contact_id: string;
}

async function insertOrRead(tx: Queryable, wanted: readonly NamedAddress[]): Promise<ResolvedRow[]> {
  return tx.query<ResolvedRow>({
    name: 'address-resolve',
    text: `with wanted as (
        select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[])
          as k(tenant_id, namespace, value, contact_id, name)
      ), known as (
        select a.tenant_id, a.namespace, a.value, a.contact_id from wanted k
        join address a on a.tenant_id = k.tenant_id and a.namespace = k.namespace and a.value = k.value
      ), added as (
        insert into address (tenant_id, namespace, value, contact_id)
        select k.tenant_id, k.namespace, k.value, k.contact_id from wanted k
        where not exists (select from known n
          where n.tenant_id = k.tenant_id and n.namespace = k.namespace and n.value = k.value)
        order by 1, 2, 3
        on conflict do nothing returning tenant_id, namespace, value, contact_id
      ), people as (
        insert into contact (tenant_id, id, name)
        select k.tenant_id, k.contact_id, k.name from wanted k
        join added a on a.tenant_id = k.tenant_id and a.contact_id = k.contact_id
      )
      select * from known union all select * from added`,
    values: [
      wanted.map((row) => row.tenantId),
      wanted.map((row) => row.namespace),
      wanted.map((row) => row.value),
      wanted.map(() => newId()),
      wanted.map((row) => row.name),
    ],
  });
}

/**
 * Finds the contacts of addresses, and makes those that are missing.
 *
 * @param tx the transaction that holds new rows.
 * @param addresses the addresses; repeats are allowed.
 * @returns a function from an address to its contact's id.
 */
export async function resolveContacts(
  tx: Queryable,
  addresses: readonly NamedAddress[],
): Promise<(key: AddressKey) => string> {
  const wanted = new Map(addresses.map((address) => [keyOf(address), address]));
  const found = new Map<string, string>();
  // An address that another transaction adds meanwhile shows only to the next statement's snapshot.
  while (found.size < wanted.size) {
    const missing = [...wanted.entries()].filter(([key]) => !found.has(key)).map(([, address]) => address);
    for (const row of await insertOrRead(tx, missing)) {
      found.set(
        keyOf({ tenantId: row.tenant_id, namespace: row.namespace, value: row.value }),
        row.contact_id,
      );
    }
  }
  return (key) => found.get(keyOf(key)) as string;
}
