import { Direction, type PartyRole } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';
import { packBytes } from './packed';

/** A message's row. */
export interface MessageRow {
  tenantId: string;
  conversationId: string;
  seq: number;
  id: string;
  direction: Direction;
  role: PartyRole;
  senderAddress: string;
  senderName: string;
  /** Encoded Content. */
  content: Uint8Array;
  /** Encoded StoredMessage with attachments alone; null without any. */
  attachments: Uint8Array | null;
  providerMessageId: string;
  occurredAt: Date;
  createdAt: Date;
}

/** A message's row with what its delivery has come to; null for what is not sent out. */
export interface MessageWithDelivery extends MessageRow {
  state: number | null;
  errorCode: string | null;
}

/**
 * Stores messages.
 *
 * @param tx the transaction that holds their conversations' locks.
 * @param rows the messages.
 */
export async function insertMessages(tx: Queryable, rows: readonly MessageRow[]): Promise<void> {
  if (rows.length === 0) return;
  const contents = packBytes(rows.map((row) => row.content));
  const attachments = packBytes(rows.map((row) => row.attachments));
  await tx.query({
    name: 'message-insert',
    text: `insert into message (tenant_id, conversation_id, seq, id, direction, role, sender_address, sender_name,
        content, attachments, provider_message_id, occurred_at, created_at)
      select k.tenant_id, k.conversation_id, k.seq, k.id, k.direction, k.role, k.sender_address, k.sender_name,
        substring($9::bytea from k.c_start for k.c_length), substring($12::bytea from k.a_start for k.a_length),
        k.provider_message_id, k.occurred_at, k.created_at
      from unnest($1::uuid[], $2::uuid[], $3::int[], $4::uuid[], $5::smallint[], $6::smallint[], $7::text[], $8::text[],
        $10::int[], $11::int[], $13::int[], $14::int[], $15::text[], $16::timestamptz[], $17::timestamptz[])
        as k(tenant_id, conversation_id, seq, id, direction, role, sender_address, sender_name, c_start, c_length,
          a_start, a_length, provider_message_id, occurred_at, created_at)`,
    values: [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.conversationId),
      rows.map((row) => row.seq),
      rows.map((row) => row.id),
      rows.map((row) => row.direction),
      rows.map((row) => row.role),
      rows.map((row) => row.senderAddress),
      rows.map((row) => row.senderName),
      contents.blob,
      contents.starts,
      contents.lengths,
      attachments.blob,
      attachments.starts,
      attachments.lengths,
      rows.map((row) => row.providerMessageId),
      rows.map((row) => row.occurredAt),
      rows.map((row) => row.createdAt),
    ],
  });
}

interface StoredRow {
  tenant_id: string;
  conversation_id: string;
  seq: number;
  id: string;
  direction: number;
  role: number;
  sender_address: string;
  sender_name: string;
  content: Buffer;
  attachments: Buffer | null;
  provider_message_id: string;
  occurred_at: Date;
  created_at: Date;
  state: number | null;
  error_code: string | null;
}

function fromStored(row: StoredRow): MessageWithDelivery {
  return {
    tenantId: row.tenant_id,
    conversationId: row.conversation_id,
    seq: row.seq,
    id: row.id,
    direction: row.direction,
    role: row.role,
    senderAddress: row.sender_address,
    senderName: row.sender_name,
    content: row.content,
    attachments: row.attachments,
    providerMessageId: row.provider_message_id,
    occurredAt: row.occurred_at,
    createdAt: row.created_at,
    state: row.state,
    errorCode: row.error_code,
  };
}

/** A range of one conversation's messages. */
export interface MessageRange {
  tenantId: string;
  conversationId: string;
  /** Only messages with a lower number. */
  beforeSeq: number;
  limit: number;
}

/**
 * Reads the newest messages of a range.
 *
 * @param tx where to read.
 * @param range which messages.
 * @returns at most `limit` messages, newest first.
 */
export async function readMessages(tx: Queryable, range: MessageRange): Promise<MessageWithDelivery[]> {
  const rows = await tx.query<StoredRow>({
    name: 'message-read',
    text: `select m.*, d.state, d.error_code, coalesce(nullif(d.provider_message_id, ''), m.provider_message_id) as provider_message_id
      from message m
      left join delivery d on d.tenant_id = m.tenant_id and d.message_id = m.id
      where m.tenant_id = $1 and m.conversation_id = $2 and m.seq < $3
      order by m.seq desc limit $4`,
    values: [range.tenantId, range.conversationId, range.beforeSeq, range.limit],
  });
  return rows.map(fromStored);
}

/**
 * Reads messages by their ids.
 *
 * @param tx where to read.
 * @param ids the messages and their conversations.
 * @returns who said what, for the messages that exist.
 */
export async function readSent(
  tx: Queryable,
  ids: readonly { tenantId: string; conversationId: string; messageId: string }[],
): Promise<Pick<MessageRow, 'id' | 'role' | 'senderName' | 'content' | 'attachments'>[]> {
  return tx.query<{
    id: string;
    role: number;
    senderName: string;
    content: Buffer;
    attachments: Buffer | null;
  }>({
    name: 'message-sent',
    text: `select m.id, m.role, m.sender_name as "senderName", m.content, m.attachments
      from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as k(tenant_id, conversation_id, message_id)
      join message m on m.tenant_id = k.tenant_id and m.conversation_id = k.conversation_id and m.id = k.message_id`,
    values: [
      ids.map((each) => each.tenantId),
      ids.map((each) => each.conversationId),
      ids.map((each) => each.messageId),
    ],
  });
}

/** A message of a span, with what a turn needs of it. */
export interface SpanMessage {
  conversationId: string;
  direction: Direction;
  /** Encoded Content. */
  content: Buffer;
}

/** Messages numbered fromSeq to coversSeq of a conversation. */
export interface MessageSpan {
  tenantId: string;
  conversationId: string;
  fromSeq: number;
  coversSeq: number;
}

/**
 * Reads spans of several conversations.
 *
 * @param tx where to read.
 * @param spans the spans.
 * @returns their messages, in order within a conversation.
 */
export async function readMessageSpans(tx: Queryable, spans: readonly MessageSpan[]): Promise<SpanMessage[]> {
  const rows = await tx.query<{ conversation_id: string; direction: number; content: Buffer }>({
    name: 'message-spans',
    text: `select m.conversation_id, m.direction, m.content
      from unnest($1::uuid[], $2::uuid[], $3::int[], $4::int[]) as k(tenant_id, conversation_id, from_seq, covers_seq)
      join message m on m.tenant_id = k.tenant_id and m.conversation_id = k.conversation_id
        and m.seq between k.from_seq and k.covers_seq
      order by m.tenant_id, m.conversation_id, m.seq`,
    values: [
      spans.map((span) => span.tenantId),
      spans.map((span) => span.conversationId),
      spans.map((span) => span.fromSeq),
      spans.map((span) => span.coversSeq),
    ],
  });
  return rows.map((row) => ({
    conversationId: row.conversation_id,
    direction: row.direction,
    content: row.content,
  }));
}

/**
 * The first message of the customer that nobody has answered.
 *
 * @param tx where to read.
 * @param conversation the conversation.
 * @param answering who answers by sending anything.
 * @returns its number; undefined when all are answered.
 */
export async function firstUnanswered(
  tx: Queryable,
  conversation: { tenantId: string; id: string },
  answering: readonly PartyRole[],
): Promise<number | undefined> {
  const [row] = await tx.query<{ seq: number | null }>({
    text: `select min(seq) as seq from message
      where tenant_id = $1 and conversation_id = $2 and direction = ${Direction.DIRECTION_INBOUND}
        and seq > coalesce((select max(seq) from message where tenant_id = $1 and conversation_id = $2
          and direction = ${Direction.DIRECTION_OUTBOUND} and role = any($3::smallint[])), 0)`,
    values: [conversation.tenantId, conversation.id, answering],
  });
  return row?.seq ?? undefined;
}
