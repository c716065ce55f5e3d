import { TicketEvent } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';

/** A line of a ticket's history. */
export interface EventRow {
  tenantId: string;
  ticketId: string;
  event: TicketEvent;
}

/**
 * Adds lines.
 *
 * @param tx the transaction that holds the tickets
 * @param rows any number
 */
export async function insertEvents(tx: Queryable, rows: readonly EventRow[]): Promise<void> {
  await tx.query({
    name: 'ticket-event-insert',
    text: `insert into ticket_event (tenant_id, ticket_id, seq, kind, actor, note, created_at)
      select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::smallint[], $5::text[], $6::text[], $7::timestamptz[])`,
    values: [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.ticketId),
      rows.map((row) => row.event.seq),
      rows.map((row) => row.event.kind),
      rows.map((row) => row.event.actor),
      rows.map((row) => row.event.note),
      rows.map((row) => row.event.createTime),
    ],
  });
}

/**
 * Reads a ticket's history.
 *
 * @param tx where to read
 * @param ticket tenant and ticket
 * @returns its lines, oldest first
 */
export async function readEvents(
  tx: Queryable,
  ticket: { tenantId: string; id: string },
): Promise<TicketEvent[]> {
  const rows = await tx.query<{ seq: bigint; kind: number; actor: string; note: string; created_at: Date }>({
    name: 'ticket-event-read',
    text: `select seq, kind, actor, note, created_at from ticket_event
      where tenant_id = $1 and ticket_id = $2 order by seq`,
    values: [ticket.tenantId, ticket.id],
  });
  return rows.map(({ created_at: createTime, ...row }) => TicketEvent.fromPartial({ ...row, createTime }));
}
