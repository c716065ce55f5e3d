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
  offered: boolean;
}

/** The contact's id of an address. */
export interface Contacts {
  (key: AddressKey): string;
  /** Whether a menu was offered there that may still be answered. */
  isOffered(key: AddressKey): boolean;
}

async function insertOrRead(tx: Queryable, wanted: readonly NamedAddress[]): Promise<ResolvedRow[]> {
  const ids = wanted.map(() => newId());
  const rows = await tx.query<ResolvedRow>({
    name: 'address-resolve',
    text: `with wanted as (
        select k.*, a.contact_id as known_id, coalesce(a.menu_until > now(), false) as offered
        from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) as k(tenant_id, namespace, value, new_id)
        left join address a on a.tenant_id = k.tenant_id and a.namespace = k.namespace and a.value = k.value
      ), added as (
        insert into address (tenant_id, namespace, value, contact_id)
        select tenant_id, namespace, value, new_id from wanted where known_id is null
        order by 1, 2, 3
        on conflict do nothing returning tenant_id, namespace, value, contact_id
      )
      select tenant_id, namespace, value, known_id as contact_id, offered from wanted where known_id is not null
      union all select *, false from added`,
    values: [
      wanted.map((row) => row.tenantId),
      wanted.map((row) => row.namespace),
      wanted.map((row) => row.value),
      ids,
    ],
  });
  const made = new Set(rows.map((row) => row.contact_id));
  await insertContacts(
    tx,
    wanted.map((row, index) => ({ ...row, id: ids[index] ?? '' })).filter((row) => made.has(row.id)),
  );
  return rows;
}

async function insertContacts(
  tx: Queryable,
  rows: readonly (NamedAddress & { id: string })[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query({
    name: 'contact-insert',
    text: 'insert into contact (tenant_id, id, name) select * from unnest($1::uuid[], $2::uuid[], $3::text[])',
    values: [rows.map((row) => row.tenantId), rows.map((row) => row.id), rows.map((row) => row.name)],
  });
}

/**
 * Finds the contacts of addresses, and makes those that are missing.
 *
 * @param tx the transaction that holds new rows.
 * @param addresses the addresses; repeats are allowed.
 * @returns a function from an address to its contact's id, which knows besides who has a menu to answer.
 */
export async function resolveContacts(tx: Queryable, addresses: readonly NamedAddress[]): Promise<Contacts> {
  const wanted = new Map(addresses.map((address) => [keyOf(address), address]));
  const found = new Map<string, string>();
  const offered = new Set<string>();
  // An address that another transaction adds meanwhile shows only to the next statement's snapshot.
  while (found.size < wanted.size) {
    const missing = [...wanted.entries()].filter(([key]) => !found.has(key)).map(([, address]) => address);
    for (const row of await insertOrRead(tx, missing)) {
      const key = keyOf({ tenantId: row.tenant_id, namespace: row.namespace, value: row.value });
      found.set(key, row.contact_id);
      if (row.offered) offered.add(key);
    }
  }
  return Object.assign((key: AddressKey) => found.get(keyOf(key)) as string, {
    isOffered: (key: AddressKey) => offered.has(keyOf(key)),
  });
}
