import type { Queryable } from '@omnigate/database';

/** One administrative act. */
export interface AuditEntryRow {
  id: string;
  actor: string;
  action: string;
  object: string;
  createTime: Date;
}

/** One administrative act to be written. */
export type AuditWrite = Omit<AuditEntryRow, 'createTime'> & { tenantId: string };

/**
 * Writes what was done, in the transaction that does it.
 *
 * @param tx the transaction
 * @param entries any number
 */
export async function insertAuditEntries(tx: Queryable, entries: readonly AuditWrite[]): Promise<void> {
  await tx.query({
    name: 'directory_insert_audit_entries',
    text: `insert into audit_entry (tenant_id, id, actor, action, object)
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[])`,
    values: [
      entries.map((entry) => entry.tenantId),
      entries.map((entry) => entry.id),
      entries.map((entry) => entry.actor),
      entries.map((entry) => entry.action),
      entries.map((entry) => entry.object),
    ],
  });
}

/**
 * Reads a page of the audit log, newest first.
 *
 * @param tx the transaction
 * @param page the tenant, how many, the last id of the page before
 * @returns at most `limit` entries
 */
export async function listAuditEntries(
  tx: Queryable,
  page: { tenantId: string; limit: number; beforeId?: string },
): Promise<AuditEntryRow[]> {
  const rows = await tx.query<Omit<AuditEntryRow, 'createTime'> & { create_time: Date }>({
    name: 'directory_list_audit_entries',
    text: `select id, actor, action, object, create_time from audit_entry
      where tenant_id = $1::uuid and ($2::uuid is null or id < $2::uuid) order by id desc limit $3::int`,
    values: [page.tenantId, page.beforeId ?? null, page.limit],
  });
  return rows.map(({ create_time: createTime, ...entry }) => ({ ...entry, createTime }));
}
