import type { Queryable } from '@omnigate/database';

/** A push to be taken. */
export interface NewPush {
  tenantId: string;
  channelId: string;
  nonce: string;
  digest: Buffer;
  eventId: string;
  /** The message key. */
  key: string;
  address: string;
}

/** What was known of a push. */
export interface PushPlace {
  /** `fresh`: new, and kept now; `repeat`: taken before; `forged`: its nonce came with another body. */
  kind: 'fresh' | 'repeat' | 'forged';
  /** Something waits to be sent to the customer. */
  queued: boolean;
  /** No bot answers this customer in time. */
  unheld: boolean;
}

interface PlaceRow {
  fresh: boolean;
  queued: boolean;
  unheld: boolean;
}

/**
 * Keeps pushes that are new, and says of each what was known.
 * @returns in the order given
 */
export async function keepPushes(tx: Queryable, pushes: readonly NewPush[]): Promise<PushPlace[]> {
  const rows = await tx.query<PlaceRow>({
    name: 'wechat-push-keep',
    // By event first, in every process: of two that take the same messages in another order, none waits for the other.
    text: `with item as (
        select *, row_number() over (partition by tenant_id, channel_id, nonce, event_id, digest order by n) as copy
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::text[]) with ordinality
          as i(tenant_id, channel_id, nonce, digest, event_id, key, address, n)
      ), kept as (
        insert into wechat_push (tenant_id, channel_id, nonce, digest, event_id)
        select tenant_id, channel_id, nonce, decode(digest, 'hex'), event_id from item where copy = 1
        order by tenant_id, channel_id, event_id, n
        on conflict do nothing
        returning tenant_id, channel_id, nonce, digest, event_id
      )
      select k.nonce is not null as fresh,
        exists (select from delivery d where d.tenant_id = i.tenant_id and d.key = i.key and d.state in (1, 2)
          and d.state = 1) as queued,
        exists (select from wechat_customer c where c.tenant_id = i.tenant_id and c.channel_id = i.channel_id
          and c.address = i.address and c.unheld) as unheld
      from item i left join kept k on i.copy = 1 and k.tenant_id = i.tenant_id and k.channel_id = i.channel_id
        and k.event_id = i.event_id and k.nonce = i.nonce and k.digest = decode(i.digest, 'hex')
      order by i.n`,
    values: [...columnsOf(pushes), pushes.map((push) => push.key), pushes.map((push) => push.address)],
  });
  const known = pushes.filter((_, index) => !rows[index]?.fresh);
  const forged = await forgedOf(tx, known);
  return rows.map(({ fresh, queued, unheld }, index) => {
    const repeat = forged.has(pushes[index] as NewPush) ? 'forged' : 'repeat';
    return { kind: fresh ? 'fresh' : repeat, queued, unheld };
  });
}

/** A statement of its own: what another transaction has kept meanwhile is seen by this one only. */
async function forgedOf(tx: Queryable, pushes: readonly NewPush[]): Promise<Set<NewPush>> {
  if (pushes.length === 0) return new Set();
  const rows = await tx.query<{ forged: boolean }>({
    name: 'wechat-push-forged',
    text: `select coalesce(p.digest <> decode(i.digest, 'hex'), false) as forged
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::uuid[]) with ordinality
        as i(tenant_id, channel_id, nonce, digest, event_id, n)
      left join wechat_push p on p.tenant_id = i.tenant_id and p.channel_id = i.channel_id and p.nonce = i.nonce
      order by i.n`,
    values: columnsOf(pushes),
  });
  return new Set(pushes.filter((_, index) => rows[index]?.forged));
}

const columnsOf = (pushes: readonly NewPush[]): unknown[][] => [
  pushes.map((push) => push.tenantId),
  pushes.map((push) => push.channelId),
  pushes.map((push) => push.nonce),
  pushes.map((push) => push.digest.toString('hex')),
  pushes.map((push) => push.eventId),
];

const keepMinutes = 15;

/** Forgets pushes that can't come again, a bounded number at once. */
export async function prunePushes(tx: Queryable): Promise<void> {
  await tx.query({
    name: 'wechat-push-prune',
    text: `delete from wechat_push p using (
        select tenant_id, channel_id, event_id from wechat_push
        where create_time < now() - ${keepMinutes} * interval '1 minute' limit 20000 for update skip locked
      ) old where (p.tenant_id, p.channel_id, p.event_id) = (old.tenant_id, old.channel_id, old.event_id)`,
  });
}
