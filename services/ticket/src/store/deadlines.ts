import type { Queryable } from '@omnigate/database';

/** A ticket to which time does something. */
export interface Deadline {
  tenantId: string;
  id: string;
  dueAt: Date;
  /** Milliseconds from now; passed where not positive. */
  remainingMs: number;
}

/**
 * Writes when time will change a ticket.
 *
 * @param tx the transaction that holds it
 * @param ticket tenant and ticket
 * @param dueAt when; undefined for never
 */
export async function writeDeadline(
  tx: Queryable,
  ticket: { tenantId: string; id: string },
  dueAt: Date | undefined,
): Promise<void> {
  if (!dueAt) {
    await tx.query({
      name: 'ticket-deadline-delete',
      text: 'delete from ticket_deadline where tenant_id = $1 and ticket_id = $2',
      values: [ticket.tenantId, ticket.id],
    });
    return;
  }
  await tx.query({
    name: 'ticket-deadline-write',
    text: `insert into ticket_deadline (tenant_id, ticket_id, due_at) values ($1, $2, $3)
      on conflict (tenant_id, ticket_id) do update set due_at = excluded.due_at`,
    values: [ticket.tenantId, ticket.id, dueAt],
  });
}

/**
 * Reads what is due next, of all tenants.
 *
 * @param database a connection without a scope will do
 * @param page how many, and the last of the page before
 * @returns the nearest first
 */
export async function nextDeadlines(
  database: Queryable,
  { limit, after }: { limit: number; after: Deadline | undefined },
): Promise<Deadline[]> {
  const rows = await database.query<{
    tenant_id: string;
    ticket_id: string;
    due_at: Date;
    remaining_ms: number;
  }>({
    name: 'ticket-deadline-next',
    text: `select tenant_id, ticket_id, due_at, (extract(epoch from due_at - now()) * 1000)::float8 as remaining_ms
      from ticket_deadline where $2::timestamptz is null or (due_at, ticket_id) > ($2, $3::uuid)
      order by due_at, ticket_id limit $1`,
    values: [limit, after?.dueAt ?? null, after?.id ?? null],
  });
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    id: row.ticket_id,
    dueAt: row.due_at,
    remainingMs: row.remaining_ms,
  }));
}
