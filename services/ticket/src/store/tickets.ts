import type { Queryable } from '@omnigate/database';
import type { Ticket } from '../domain/ticket';
import { columns, encoded, fromStored, type StoredRow } from './ticket-row';

/** Names one ticket, as people do or by its id. */
export type TicketKey = { id: string } | { number: bigint };

/**
 * Reads one ticket.
 *
 * @param tx where to read
 * @param tenantId its tenant
 * @param key which one
 * @returns the ticket, or undefined
 */
export async function readTicket(
  tx: Queryable,
  tenantId: string,
  key: TicketKey,
): Promise<Ticket | undefined> {
  const [row] = await tx.query<StoredRow>({
    text: `select ${columns} from ticket t where tenant_id = $1 and ${'id' in key ? 'id' : 'number'} = $2`,
    values: [tenantId, 'id' in key ? key.id : key.number],
  });
  return row && fromStored(row);
}

/** A ticket that a transaction holds, and the database's time. */
export interface LockedTicket {
  ticket: Ticket;
  now: Date;
}

/**
 * Locks one ticket and reads it.
 *
 * @param tx the transaction
 * @param tenantId its tenant
 * @param key which one
 * @returns the ticket, or undefined
 */
export async function lockTicket(
  tx: Queryable,
  tenantId: string,
  key: TicketKey,
): Promise<LockedTicket | undefined> {
  const [row] = await tx.query<StoredRow & { now: Date }>({
    text: `select ${columns}, clock_timestamp()::timestamptz(3) as now from ticket t
      where tenant_id = $1 and ${'id' in key ? 'id' : 'number'} = $2 for no key update`,
    values: [tenantId, 'id' in key ? key.id : key.number],
  });
  return row && { ticket: fromStored(row), now: row.now };
}

/**
 * Locks a ticket whose deadline has passed, unless somebody else is at it.
 *
 * @param tx the transaction
 * @param ticketId tenant and ticket
 * @returns the ticket; undefined where there is nothing to do any more
 */
export async function lockOverdue(
  tx: Queryable,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<LockedTicket | undefined> {
  const [row] = await tx.query<StoredRow & { now: Date }>({
    name: 'ticket-lock-overdue',
    text: `select ${columns}, clock_timestamp()::timestamptz(3) as now from ticket t
      join ticket_deadline d on d.tenant_id = t.tenant_id and d.ticket_id = t.id
      where t.tenant_id = $1 and t.id = $2 and d.due_at <= now() for no key update of t, d skip locked`,
    values: [tenantId, id],
  });
  return row && { ticket: fromStored(row), now: row.now };
}

/**
 * Locks tickets, so that a batch takes all its locks in one order.
 *
 * @param tx the transaction
 * @param ids tenants and tickets
 */
export async function lockTickets(
  tx: Queryable,
  ids: readonly { tenantId: string; id: string }[],
): Promise<void> {
  if (ids.length === 0) return;
  await tx.query({
    name: 'ticket-lock-many',
    text: `select 1 from ticket where (tenant_id, id) in (select * from unnest($1::uuid[], $2::uuid[]))
      order by tenant_id, id for no key update`,
    values: [ids.map(({ tenantId }) => tenantId), ids.map(({ id }) => id)],
  });
}

/**
 * Gives the next number of a tenant, from 1001; held until the transaction ends, so that none is left out.
 *
 * @param tx the transaction
 * @param tenantId the tenant
 * @returns the number and the database's time
 */
export async function nextNumber(tx: Queryable, tenantId: string): Promise<{ number: bigint; now: Date }> {
  const [row] = await tx.query<{ number: bigint; now: Date }>({
    name: 'ticket-number',
    text: `insert into ticket_number as n (tenant_id, last) values ($1, 1001)
      on conflict (tenant_id) do update set last = n.last + 1
      returning last as number, clock_timestamp()::timestamptz(3) as now`,
    values: [tenantId],
  });
  return row as { number: bigint; now: Date };
}

/**
 * Adds a ticket.
 *
 * @param tx the transaction
 * @param ticket as it was made
 */
export async function insertTicket(tx: Queryable, ticket: Ticket): Promise<void> {
  await tx.query({
    name: 'ticket-insert',
    text: `insert into ticket (tenant_id, id, number, type, state, summary, form, media, building, conversation_id, contact_id,
        channel_id, channel_type, channel, address, thread_key, language, creator, due_at, created_at, updated_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20)`,
    values: [
      ticket.tenantId,
      ticket.id,
      ticket.number,
      ticket.type,
      ticket.state,
      ticket.summary,
      JSON.stringify(ticket.form),
      encoded(ticket.media),
      ticket.building,
      ticket.conversationId,
      ticket.contactId,
      ticket.channelId,
      ticket.channelType,
      ticket.channel,
      ticket.address,
      ticket.threadKey,
      ticket.language,
      ticket.creator,
      ticket.dueAt,
      ticket.createdAt,
    ],
  });
}

/**
 * Writes what may change of a ticket.
 *
 * @param tx the transaction that holds it
 * @param ticket the ticket after it
 */
export async function updateTicket(tx: Queryable, ticket: Ticket): Promise<void> {
  await tx.query({
    name: 'ticket-update',
    text: `update ticket set state = $3, worker = $4, refused_by = $5, due_at = $6, escalated_at = $7, close_at = $8,
        result = $9, result_media = $10, rating = $11, rating_comment = $12, reopen_count = $13, seq = $14, updated_at = $15
      where tenant_id = $1 and id = $2`,
    values: [
      ticket.tenantId,
      ticket.id,
      ticket.state,
      ticket.worker,
      ticket.refusedBy,
      ticket.dueAt,
      ticket.escalatedAt,
      ticket.closeAt,
      ticket.result,
      encoded(ticket.resultMedia),
      ticket.rating,
      ticket.ratingComment,
      ticket.reopenCount,
      ticket.seq,
      ticket.updatedAt,
    ],
  });
}
