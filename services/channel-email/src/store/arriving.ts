import type { Queryable } from '@omnigate/database';

/** A mail that has come, as its thread is looked for. */
export interface ArrivingMail {
  tenantId: string;
  channelId: string;
  /** The customer's. */
  address: string;
  messageId: string;
  /** What it answers, nearest first. */
  references: readonly string[];
  subject: string;
  /** Empty where it says nothing. */
  subjectKey: string;
  /** Of the thread that it opens where it belongs to none. */
  ownThreadKey: string;
}

/** Where a mail belongs. */
export interface MailPlace {
  threadKey: string;
  /** It is there already. */
  known: boolean;
  /** Mails of the customer in this thread within ten minutes. */
  recent: number;
}

const sameSubjectDays = 7;
const recentMinutes = 10;

/**
 * Finds the threads of mails: by what they answer, if that was said to or by the same customer, else by a subject that the
 * same customer wrote under lately.
 *
 * @param tx a transaction that has the tenants of all mails.
 * @param mails the mails.
 * @returns a place for each, in order.
 */
export async function findPlaces(tx: Queryable, mails: readonly ArrivingMail[]): Promise<MailPlace[]> {
  const references = mails.flatMap((mail, index) => mail.references.map((id) => ({ n: index + 1, id })));
  const rows = await tx.query<{ known: string | null; found: string; recent: number }>({
    name: 'mail-place',
    text: `select known.thread_key as known, p.found, r.recent
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) with ordinality
        as k(tenant_id, channel_id, address, message_id, subject_key, own_key, n)
      left join lateral (select m.thread_key from mail_message m where m.tenant_id = k.tenant_id
        and m.channel_id = k.channel_id and m.message_id = k.message_id limit 1) known on true
      left join lateral (select m.thread_key from unnest($7::int[], $8::text[]) as f(n, id)
        cross join lateral (select * from mail_message m where m.tenant_id = k.tenant_id
          and m.channel_id = k.channel_id and m.message_id = f.id and m.address = k.address limit 1) m
        where f.n = k.n order by m.created_at desc limit 1) answered on true
      left join lateral (select t.thread_key from mail_thread t where k.subject_key <> '' and t.tenant_id = k.tenant_id
        and t.channel_id = k.channel_id and t.address = k.address and t.subject_key = k.subject_key
        and t.updated_at > now() - ${sameSubjectDays} * interval '1 day' order by t.updated_at desc limit 1) alike on true
      cross join lateral (select coalesce(known.thread_key, answered.thread_key, alike.thread_key, k.own_key) as found) p
      cross join lateral (select count(*)::int as recent from mail_message m where m.tenant_id = k.tenant_id
        and m.channel_id = k.channel_id and m.address = k.address and m.thread_key = p.found and m.inbound
        and m.created_at > now() - ${recentMinutes} * interval '1 minute') r
      order by k.n`,
    values: [
      mails.map((mail) => mail.tenantId),
      mails.map((mail) => mail.channelId),
      mails.map((mail) => mail.address),
      mails.map((mail) => mail.messageId),
      mails.map((mail) => mail.subjectKey),
      mails.map((mail) => mail.ownThreadKey),
      references.map(({ n }) => n),
      references.map(({ id }) => id),
    ],
  });
  return rows.map(({ known, found, recent }) => ({ threadKey: found, known: known !== null, recent }));
}

/** A mail with its thread. */
export interface PlacedMail extends ArrivingMail {
  threadKey: string;
}

const order = (mail: PlacedMail): string =>
  [mail.tenantId, mail.channelId, mail.address, mail.threadKey, mail.messageId].join('\n');

/**
 * Notes mails in their threads.
 *
 * @param tx a transaction that has the tenants of all mails.
 * @param mails each once.
 * @returns those that were not there yet: what is published for them belongs into the same transaction.
 */
export async function insertArrived(tx: Queryable, mails: readonly PlacedMail[]): Promise<Set<PlacedMail>> {
  if (mails.length === 0) return new Set();
  const sorted = [...mails].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  const keys = [
    sorted.map((mail) => mail.tenantId),
    sorted.map((mail) => mail.channelId),
    sorted.map((mail) => mail.address),
    sorted.map((mail) => mail.threadKey),
  ];
  const [, inserted] = await Promise.all([
    tx.query({
      name: 'mail-thread-insert',
      text: `insert into mail_thread as t (tenant_id, channel_id, address, thread_key, subject, subject_key)
        select distinct on (k.tenant_id, k.channel_id, k.address, k.thread_key) k.tenant_id, k.channel_id, k.address,
          k.thread_key, k.subject, k.subject_key
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
          as k(tenant_id, channel_id, address, thread_key, subject, subject_key)
        order by k.tenant_id, k.channel_id, k.address, k.thread_key
        on conflict (tenant_id, channel_id, address, thread_key) do update set updated_at = now()`,
      values: [...keys, sorted.map((mail) => mail.subject), sorted.map((mail) => mail.subjectKey)],
    }),
    tx.query<{ tenant_id: string; channel_id: string; message_id: string }>({
      name: 'mail-message-insert',
      text: `insert into mail_message (tenant_id, channel_id, address, thread_key, message_id, inbound)
        select k.tenant_id, k.channel_id, k.address, k.thread_key, k.message_id, true
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[])
          as k(tenant_id, channel_id, address, thread_key, message_id)
        order by k.tenant_id, k.channel_id, k.message_id
        on conflict (tenant_id, channel_id, message_id) do nothing returning tenant_id, channel_id, message_id`,
      values: [...keys, sorted.map((mail) => mail.messageId)],
    }),
  ]);
  const fresh = new Set(inserted.map((row) => `${row.tenant_id}|${row.channel_id}|${row.message_id}`));
  return new Set(mails.filter((mail) => fresh.has(`${mail.tenantId}|${mail.channelId}|${mail.messageId}`)));
}

/**
 * Says whether a mail is there already, so that nothing of it need be stored again.
 *
 * @param tx where to look.
 * @param mail which.
 */
export async function isKnown(
  tx: Queryable,
  mail: Pick<ArrivingMail, 'tenantId' | 'channelId' | 'messageId'>,
): Promise<boolean> {
  const rows = await tx.query({
    name: 'mail-known',
    text: 'select 1 from mail_message where tenant_id = $1 and channel_id = $2 and message_id = $3',
    values: [mail.tenantId, mail.channelId, mail.messageId],
  });
  return rows.length > 0;
}
