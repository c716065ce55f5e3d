import type { Queryable } from '@omnigate/database';

/** A customer of a channel. */
export interface Customer {
  tenantId: string;
  channelId: string;
  address: string;
}

/** Something that is said to a customer by another way than a held connection. */
export interface Speech extends Customer {
  /** By a bot, which may be in time for the next message. */
  byBot: boolean;
}

const nameOf = ({ tenantId, channelId, address }: Customer): string => `${tenantId} ${channelId} ${address}`;

/** Notes what is said; the last of a customer counts. */
export async function noteSpeeches(tx: Queryable, speeches: readonly Speech[]): Promise<void> {
  const byName = new Map(speeches.map((speech) => [nameOf(speech), speech]));
  const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, speech]) => speech);
  await tx.query({
    name: 'wechat-customer-speech',
    text: `insert into wechat_customer (tenant_id, channel_id, address, unheld, spoke_time)
      select tenant_id, channel_id, address, not by_bot, now()
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::bool[]) as s(tenant_id, channel_id, address, by_bot)
      on conflict (tenant_id, channel_id, address) do update
        set unheld = excluded.unheld, spoke_time = excluded.spoke_time, update_time = now()`,
    values: [
      sorted.map(({ tenantId }) => tenantId),
      sorted.map(({ channelId }) => channelId),
      sorted.map(({ address }) => address),
      sorted.map(({ byBot }) => byBot),
    ],
  });
}

/**
 * Notes that nobody answered a customer in time: the next push need not be held.
 * @param forMs how long the customer has waited
 * @returns false where something was said to them meanwhile, in another way
 */
export async function noteUnanswered(tx: Queryable, customer: Customer, forMs: number): Promise<boolean> {
  const rows = await tx.query({
    name: 'wechat-customer-unanswered',
    text: `insert into wechat_customer as c (tenant_id, channel_id, address, unheld) values ($1, $2, $3, true)
      on conflict (tenant_id, channel_id, address) do update set unheld = true, update_time = now()
        where c.spoke_time is null or c.spoke_time < now() - $4::int * interval '1 millisecond'
      returning true`,
    values: [customer.tenantId, customer.channelId, customer.address, Math.round(forMs)],
  });
  return rows.length > 0;
}

const keepDays = 7;

/** Forgets customers who were noted long ago, a bounded number at once. */
export async function pruneCustomers(tx: Queryable): Promise<void> {
  await tx.query({
    name: 'wechat-customer-prune',
    text: `delete from wechat_customer c using (
        select tenant_id, channel_id, address from wechat_customer
        where update_time < now() - ${keepDays} * interval '1 day' limit 10000 for update skip locked
      ) old where (c.tenant_id, c.channel_id, c.address) = (old.tenant_id, old.channel_id, old.address)`,
  });
}
