import type { Queryable } from '@omnigate/database';
import type { MessageRow } from './messages';
import { packBytes } from './packed';

/** The part of a message's row that may change after it was stored. */
export type MessageFiles = Pick<
  MessageRow,
  'tenantId' | 'conversationId' | 'seq' | 'id' | 'content' | 'attachments'
>;

/**
 * Reads messages whose files are being told of.
 *
 * @param tx the transaction that holds their conversations' locks.
 * @param ids the messages and their conversations.
 * @returns those that exist.
 */
export async function readFiles(
  tx: Queryable,
  ids: readonly { tenantId: string; conversationId: string; messageId: string }[],
): Promise<MessageFiles[]> {
  return tx.query<MessageFiles>({
    name: 'message-files-read',
    text: `select m.tenant_id as "tenantId", m.conversation_id as "conversationId", m.seq, m.id, m.content, m.attachments
      from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as k(tenant_id, conversation_id, message_id)
      join message m on m.tenant_id = k.tenant_id and m.conversation_id = k.conversation_id and m.id = k.message_id
      order by m.tenant_id, m.conversation_id, m.seq`,
    values: [
      ids.map((each) => each.tenantId),
      ids.map((each) => each.conversationId),
      ids.map((each) => each.messageId),
    ],
  });
}

/**
 * Stores messages with what became of their files.
 *
 * @param tx the transaction that holds their conversations' locks.
 * @param rows the messages.
 */
export async function saveFiles(tx: Queryable, rows: readonly MessageFiles[]): Promise<void> {
  if (rows.length === 0) return;
  const contents = packBytes(rows.map((row) => row.content));
  const attachments = packBytes(rows.map((row) => row.attachments));
  await tx.query({
    name: 'message-files-save',
    text: `update message m set content = substring($4::bytea from k.c_start for k.c_length),
        attachments = substring($7::bytea from k.a_start for k.a_length)
      from unnest($1::uuid[], $2::uuid[], $3::int[], $5::int[], $6::int[], $8::int[], $9::int[])
        as k(tenant_id, conversation_id, seq, c_start, c_length, a_start, a_length)
      where m.tenant_id = k.tenant_id and m.conversation_id = k.conversation_id and m.seq = k.seq`,
    values: [
      rows.map((row) => row.tenantId),
      rows.map((row) => row.conversationId),
      rows.map((row) => row.seq),
      contents.blob,
      contents.starts,
      contents.lengths,
      attachments.blob,
      attachments.starts,
      attachments.lengths,
    ],
  });
}
