import type { Queryable } from '@omnigate/database';

/** A mail that is about to be sent. */
export interface LeavingMail {
  tenantId: string;
  channelId: string;
  address: string;
  threadKey: string;
  messageId: string;
  /** Of the thread, where this mail opens it. */
  subject: string;
  subjectKey: string;
}

/** What a mail program needs to show it below what it answers. */
export interface ThreadState {
  /** Of the thread's first mail. */
  subject: string;
  /** The customer's newest mail; undefined where they have written none. */
  inReplyTo: string | undefined;
  /** The newest mails of the thread, oldest first. */
  references: string[];
}

/** The header has to stay below 998 characters a line; it is folded, and this is what others send at most. */
const maxReferences = 20;

/**
 * Notes a mail in its thread before it is sent, so that the answer to it is known even if this process ends meanwhile; a
 * repeat changes nothing.
 *
 * @param tx the transaction.
 * @param mail the mail.
 * @returns what the thread was before.
 */
export async function insertLeaving(tx: Queryable, mail: LeavingMail): Promise<ThreadState> {
  const key = [mail.tenantId, mail.channelId, mail.address, mail.threadKey];
  const [, threads, messages] = await Promise.all([
    tx.query({
      name: 'mail-thread-open',
      text: `insert into mail_thread (tenant_id, channel_id, address, thread_key, subject, subject_key)
        values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, channel_id, address, thread_key)
        do update set updated_at = now()`,
      values: [...key, mail.subject, mail.subjectKey],
    }),
    tx.query<{ subject: string }>({
      name: 'mail-thread-read',
      text: `select subject from mail_thread
        where tenant_id = $1 and channel_id = $2 and address = $3 and thread_key = $4`,
      values: key,
    }),
    tx.query<{ message_id: string; inbound: boolean }>({
      name: 'mail-thread-messages',
      text: `select message_id, inbound from mail_message
        where tenant_id = $1 and channel_id = $2 and address = $3 and thread_key = $4 and message_id <> $5
        order by created_at desc limit ${maxReferences}`,
      values: [...key, mail.messageId],
    }),
    tx.query({
      name: 'mail-message-leave',
      text: `insert into mail_message (tenant_id, channel_id, address, thread_key, message_id, inbound)
        values ($1, $2, $3, $4, $5, false) on conflict (tenant_id, channel_id, message_id) do nothing`,
      values: [...key, mail.messageId],
    }),
  ]);
  return {
    subject: threads[0]?.subject ?? mail.subject,
    inReplyTo: messages.find(({ inbound }) => inbound)?.message_id,
    references: messages.map(({ message_id: id }) => id).reverse(),
  };
}
