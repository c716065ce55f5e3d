import type { Queryable } from '@omnigate/database';
import type { ContactRow } from '../rpc/mapping';

/** Which contacts to list; null means any. */
export interface ContactFilter {
  tenantId: string;
  contactId: string | null;
  address: string | null;
  /** Only contacts with a lower id, which are older. */
  beforeId: string | null;
  limit: number;
}

interface StoredRow {
  id: string;
  name: string;
  created_at: Date;
  addresses: { namespace: string; value: string; opted_out: string[] }[];
}

/**
 * Lists contacts with their addresses.
 *
 * @param tx where to read.
 * @param filter which ones.
 * @returns at most `limit`, newest first.
 */
export async function listContacts(tx: Queryable, filter: ContactFilter): Promise<ContactRow[]> {
  const rows = await tx.query<StoredRow>({
    text: `select c.id, c.name, c.created_at,
        coalesce((select json_agg(json_build_object('namespace', a.namespace, 'value', a.value, 'opted_out',
            coalesce((select json_agg(o.channel_id) from consent o
              where o.tenant_id = a.tenant_id and o.address = a.value and o.opted_out), '[]')) order by a.namespace, a.value)
          from address a where a.tenant_id = c.tenant_id and a.contact_id = c.id), '[]') as addresses
      from contact c
      where c.tenant_id = $1 and ($2::uuid is null or c.id = $2) and ($3::uuid is null or c.id < $3)
        and ($4::text is null or exists (select from address a
          where a.tenant_id = c.tenant_id and a.contact_id = c.id and a.value = $4))
      order by c.id desc limit $5`,
    values: [filter.tenantId, filter.contactId, filter.beforeId, filter.address, filter.limit],
  });
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    addresses: row.addresses.map(({ namespace, value, opted_out }) => ({
      namespace,
      value,
      optedOutChannelIds: opted_out,
    })),
  }));
}
