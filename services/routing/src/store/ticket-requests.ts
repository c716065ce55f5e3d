import type { Queryable } from '@omnigate/database';
import type { ConversationId } from './conversations';
import { packBytes } from './packed';

/** Seconds that a request waits for its files at most; it goes without them then. */
const patienceSeconds = 10;

/** A request to the ticket service that waits for files. */
export interface HeldRequest {
  tenantId: string;
  requestId: string;
  conversationId: string;
  /** Encoded TicketRequested. */
  value: Uint8Array;
}

/**
 * Holds requests until their files are stored, or their time is over.
 *
 * @param tx the transaction that holds their conversations' locks.
 * @param rows the requests.
 */
export async function holdRequests(tx: Queryable, rows: readonly HeldRequest[]): Promise<void> {
  if (rows.length === 0) return;
  const ids = [
    rows.map((row) => row.tenantId),
    rows.map((row) => row.requestId),
    rows.map((row) => row.conversationId),
  ];
  const values = packBytes(rows.map((row) => row.value));
  await tx.query({
    name: 'ticket-request-hold',
    text: `insert into ticket_request (tenant_id, request_id, conversation_id, value)
      select k.tenant_id, k.request_id, k.conversation_id, substring($4::bytea from k.start for k.length)
      from unnest($1::uuid[], $2::uuid[], $3::uuid[], $5::int[], $6::int[])
        as k(tenant_id, request_id, conversation_id, start, length)
      on conflict do nothing`,
    values: [...ids, values.blob, values.starts, values.lengths],
  });
  await tx.query({
    name: 'ticket-request-deadline',
    text: `insert into ticket_request_deadline (tenant_id, request_id, conversation_id, due_at)
      select k.*, now() + interval '${patienceSeconds} seconds'
      from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as k(tenant_id, request_id, conversation_id)
      on conflict do nothing`,
    values: ids,
  });
}

/**
 * Reads the requests that conversations wait with.
 *
 * @param tx the transaction that holds the conversations' locks.
 * @param ids the conversations.
 * @returns the requests, and whether their time is over.
 */
export async function heldRequests(
  tx: Queryable,
  ids: readonly ConversationId[],
): Promise<(HeldRequest & { late: boolean })[]> {
  if (ids.length === 0) return [];
  const rows = await tx.query<{
    tenant_id: string;
    request_id: string;
    conversation_id: string;
    value: Buffer;
    late: boolean;
  }>({
    name: 'ticket-request-held',
    text: `select r.tenant_id, r.request_id, r.conversation_id, r.value, d.due_at <= now() as late
      from unnest($1::uuid[], $2::uuid[]) as k(tenant_id, conversation_id)
      join ticket_request r on r.tenant_id = k.tenant_id and r.conversation_id = k.conversation_id
      join ticket_request_deadline d on d.tenant_id = r.tenant_id and d.request_id = r.request_id
      order by r.created_at, r.request_id`,
    values: [ids.map((id) => id.tenantId), ids.map((id) => id.conversationId)],
  });
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    requestId: row.request_id,
    conversationId: row.conversation_id,
    value: row.value,
    late: row.late,
  }));
}

/**
 * Lets requests go.
 *
 * @param tx the transaction that holds their conversations' locks and publishes them.
 * @param rows the requests.
 */
export async function forgetRequests(
  tx: Queryable,
  rows: readonly Pick<HeldRequest, 'tenantId' | 'requestId'>[],
): Promise<void> {
  if (rows.length === 0) return;
  const values = [rows.map((row) => row.tenantId), rows.map((row) => row.requestId)];
  for (const table of ['ticket_request', 'ticket_request_deadline']) {
    await tx.query({
      name: `${table}-forget`,
      text: `delete from ${table} r using unnest($1::uuid[], $2::uuid[]) as k(tenant_id, request_id)
        where r.tenant_id = k.tenant_id and r.request_id = k.request_id`,
      values,
    });
  }
}

/**
 * Finds conversations with requests whose time is over.
 *
 * @param database where to look.
 * @param limit how many at most.
 * @returns each conversation once.
 */
export async function lateConversations(database: Queryable, limit: number): Promise<ConversationId[]> {
  const rows = await database.query<{ tenant_id: string; conversation_id: string }>({
    name: 'ticket-request-late',
    text: `select distinct tenant_id, conversation_id from (select * from ticket_request_deadline
      where due_at <= now() order by due_at limit $1) d`,
    values: [limit],
  });
  return rows.map((row) => ({ tenantId: row.tenant_id, conversationId: row.conversation_id }));
}
