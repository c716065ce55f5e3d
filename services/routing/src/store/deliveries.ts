import type { DeliveryState } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';
import { risesSql } from '../domain/delivery-state';

/** A message that was handed to an adapter service. */
export interface NewDelivery {
  tenantId: string;
  messageId: string;
  conversationId: string;
  channelId: string;
  address: string;
  state: DeliveryState;
  /** Why it failed at once; empty when it is queued. */
  errorCode: string;
  createdAt: Date;
}

/**
 * Notes messages that are to be sent.
 *
 * @param tx the transaction that publishes their sending.
 * @param rows the messages.
 */
export async function insertDeliveries(tx: Queryable, rows: readonly NewDelivery[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query({
    name: 'delivery-insert',
    text: `insert into delivery (tenant_id, message_id, conversation_id, channel_id, address, state, error_code,
        created_at, updated_at)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::smallint[], $7::text[],
        $8::timestamptz[], $8::timestamptz[])`,
    values: [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.messageId),
      rows.map((row) => row.conversationId),
      rows.map((row) => row.channelId),
      rows.map((row) => row.address),
      rows.map((row) => row.state),
      rows.map((row) => row.errorCode),
      rows.map((row) => row.createdAt),
    ],
  });
}

/** What an adapter service reported of a message. */
export interface DeliveryReport {
  tenantId: string;
  messageId: string;
  state: DeliveryState;
  attempts: number;
  errorCode: string;
  providerMessageId: string;
}

/**
 * Raises deliveries to the states reported; a report that is no news changes nothing.
 *
 * @param tx the transaction that holds the conversations' locks.
 * @param reports at most one for each message.
 * @returns ids of the messages whose state has risen.
 */
export async function raiseDeliveries(
  tx: Queryable,
  reports: readonly DeliveryReport[],
): Promise<Set<string>> {
  if (reports.length === 0) return new Set();
  const sorted = [...reports].sort((a, b) => (a.messageId < b.messageId ? -1 : 1));
  const rows = await tx.query<{ message_id: string }>({
    name: 'delivery-raise',
    text: `update delivery d set state = k.state, error_code = k.error_code, updated_at = now(),
        attempts = greatest(d.attempts, k.attempts),
        provider_message_id = coalesce(nullif(k.provider_message_id, ''), d.provider_message_id)
      from unnest($1::uuid[], $2::uuid[], $3::smallint[], $4::int[], $5::text[], $6::text[])
        as k(tenant_id, message_id, state, attempts, error_code, provider_message_id)
      where d.tenant_id = k.tenant_id and d.message_id = k.message_id and ${risesSql('d.state', 'k.state')}
      returning d.message_id`,
    values: [
      sorted.map((report) => report.tenantId),
      sorted.map((report) => report.messageId),
      sorted.map((report) => report.state),
      sorted.map((report) => report.attempts),
      sorted.map((report) => report.errorCode),
      sorted.map((report) => report.providerMessageId),
    ],
  });
  return new Set(rows.map((row) => row.message_id));
}

/** A delivery as it is listed. */
export interface DeliveryRow extends DeliveryReport {
  conversationId: string;
  channelId: string;
  address: string;
  createdAt: Date;
  updatedAt: Date;
}

/** Which deliveries to list. */
export interface DeliveryFilter {
  tenantId: string;
  state: DeliveryState | null;
  channelId: string | null;
  conversationId: string | null;
  messageId: string | null;
  /** Only messages with a lower id, which are older. */
  beforeId: string | null;
  limit: number;
}

interface StoredRow {
  tenant_id: string;
  message_id: string;
  conversation_id: string;
  channel_id: string;
  address: string;
  state: number;
  attempts: number;
  error_code: string;
  provider_message_id: string;
  created_at: Date;
  updated_at: Date;
}

/**
 * Lists deliveries.
 *
 * @param tx where to read.
 * @param filter which ones.
 * @returns at most `limit`, newest first.
 */
export async function listDeliveries(tx: Queryable, filter: DeliveryFilter): Promise<DeliveryRow[]> {
  const rows = await tx.query<StoredRow>({
    text: `select tenant_id, message_id, conversation_id, channel_id, address, state, attempts, error_code,
        provider_message_id, created_at, updated_at
      from delivery
      where tenant_id = $1 and ($2::smallint is null or state = $2) and ($3::uuid is null or channel_id = $3)
        and ($4::uuid is null or message_id = any(array(
          select id from message where tenant_id = $1 and conversation_id = $4)))
        and ($5::uuid is null or message_id = $5)
        and ($6::uuid is null or message_id < $6)
      order by message_id desc limit $7`,
    values: [
      filter.tenantId,
      filter.state,
      filter.channelId,
      filter.conversationId,
      filter.messageId,
      filter.beforeId,
      filter.limit,
    ],
  });
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    messageId: row.message_id,
    conversationId: row.conversation_id,
    channelId: row.channel_id,
    address: row.address,
    state: row.state,
    attempts: row.attempts,
    errorCode: row.error_code,
    providerMessageId: row.provider_message_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }));
}
