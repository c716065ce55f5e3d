import type { Queryable } from '@omnigate/database';

/** A business event that came, by its own id. */
export interface NewBusinessEvent {
  tenantId: string;
  eventId: string;
  name: string;
  occurredAt: Date;
}

/** What became of one. */
export interface BusinessEventEnd {
  tenantId: string;
  eventId: string;
  told: boolean;
  /** Why not; empty when told. */
  reason: string;
  contactId: string | null;
  channelId: string | null;
  conversationId: string | null;
  messageId: string | null;
}

/** One as it is listed. */
export interface BusinessEventRow extends Omit<BusinessEventEnd, 'tenantId'> {
  name: string;
  occurredAt: Date;
  createdAt: Date;
}

/**
 * Claims events: of one that comes again only the first claim succeeds.
 *
 * @param tx the transaction that holds the effects.
 * @param events each once.
 * @returns ids of those that are new.
 */
export async function claimBusinessEvents(
  tx: Queryable,
  events: readonly NewBusinessEvent[],
): Promise<Set<string>> {
  const sorted = [...events].sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
  const rows = await tx.query<{ id: string }>({
    name: 'business-event-claim',
    text: `insert into business_event (tenant_id, id, name, occurred_at)
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[])
      on conflict do nothing returning id`,
    values: [
      sorted.map((event) => event.tenantId),
      sorted.map((event) => event.eventId),
      sorted.map((event) => event.name),
      sorted.map((event) => event.occurredAt),
    ],
  });
  return new Set(rows.map(({ id }) => id));
}

/**
 * Writes what became of events.
 *
 * @param tx the transaction that claimed them.
 * @param ends one for each.
 */
export async function endBusinessEvents(tx: Queryable, ends: readonly BusinessEventEnd[]): Promise<void> {
  await tx.query({
    name: 'business-event-end',
    text: `update business_event e set told = k.told, reason = k.reason, contact_id = k.contact_id,
        channel_id = k.channel_id, conversation_id = k.conversation_id, message_id = k.message_id
      from unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[])
        as k(tenant_id, id, told, reason, contact_id, channel_id, conversation_id, message_id)
      where e.tenant_id = k.tenant_id and e.id = k.id`,
    values: [
      ends.map((end) => end.tenantId),
      ends.map((end) => end.eventId),
      ends.map((end) => end.told),
      ends.map((end) => end.reason),
      ends.map((end) => end.contactId),
      ends.map((end) => end.channelId),
      ends.map((end) => end.conversationId),
      ends.map((end) => end.messageId),
    ],
  });
}

/** Which events to list; null means any. */
export interface BusinessEventFilter {
  tenantId: string;
  eventId: string | null;
  told: boolean | null;
  /** Only events with a lower id, which are older. */
  beforeId: string | null;
  limit: number;
}

interface StoredRow {
  id: string;
  name: string;
  told: boolean;
  reason: string;
  contact_id: string | null;
  channel_id: string | null;
  conversation_id: string | null;
  message_id: string | null;
  occurred_at: Date;
  created_at: Date;
}

/**
 * Lists events with what became of them.
 *
 * @param tx where to read.
 * @param filter which ones.
 * @returns at most `limit`, newest first.
 */
export async function listBusinessEvents(
  tx: Queryable,
  filter: BusinessEventFilter,
): Promise<BusinessEventRow[]> {
  const rows = await tx.query<StoredRow>({
    text: `select id, name, told, reason, contact_id, channel_id, conversation_id, message_id, occurred_at, created_at
      from business_event
      where tenant_id = $1 and ($2::uuid is null or id = $2) and ($3::boolean is null or told = $3)
        and ($4::uuid is null or id < $4)
      order by id desc limit $5`,
    values: [filter.tenantId, filter.eventId, filter.told, filter.beforeId, filter.limit],
  });
  return rows.map((row) => ({
    eventId: row.id,
    name: row.name,
    told: row.told,
    reason: row.reason,
    contactId: row.contact_id,
    channelId: row.channel_id,
    conversationId: row.conversation_id,
    messageId: row.message_id,
    occurredAt: row.occurred_at,
    createdAt: row.created_at,
  }));
}
