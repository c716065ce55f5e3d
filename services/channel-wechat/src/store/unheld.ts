import type { Queryable } from '@omnigate/database';

/** A customer of a channel. */
export interface Customer {
  tenantId: string;
  channelId: string;
  address: string;
}

const byName = (a: Customer, b: Customer): number => (nameOf(a) < nameOf(b) ? -1 : 1);
const nameOf = ({ tenantId, channelId, address }: Customer): string => `${tenantId} ${channelId} ${address}`;

function columnsOf(customers: readonly Customer[]): string[][] {
  const sorted = [...new Map(customers.map((each) => [nameOf(each), each])).values()].sort(byName);
  return [
    sorted.map(({ tenantId }) => tenantId),
    sorted.map(({ channelId }) => channelId),
    sorted.map(({ address }) => address),
  ];
}

/** Notes customers whose pushes need not be held: nobody answers them in time. */
export async function noteUnheld(tx: Queryable, customers: readonly Customer[]): Promise<void> {
  await tx.query({
    name: 'wechat-unheld-note',
    text: `insert into wechat_unheld (tenant_id, channel_id, address)
      select * from unnest($1::uuid[], $2::uuid[], $3::text[]) on conflict do nothing`,
    values: columnsOf(customers),
  });
}

/** Forgets that: a bot has answered them. */
export async function forgetUnheld(tx: Queryable, customers: readonly Customer[]): Promise<void> {
  await tx.query({
    name: 'wechat-unheld-forget',
    text: `delete from wechat_unheld u using unnest($1::uuid[], $2::uuid[], $3::text[]) as k(tenant_id, channel_id, address)
      where (u.tenant_id, u.channel_id, u.address) = (k.tenant_id, k.channel_id, k.address)`,
    values: columnsOf(customers),
  });
}

const keepDays = 7;

/** Forgets customers who were noted long ago, a bounded number at once. */
export async function pruneUnheld(tx: Queryable): Promise<void> {
  await tx.query({
    name: 'wechat-unheld-prune',
    text: `delete from wechat_unheld u using (
        select tenant_id, channel_id, address from wechat_unheld
        where create_time < now() - ${keepDays} * interval '1 day' limit 10000 for update skip locked
      ) old where (u.tenant_id, u.channel_id, u.address) = (old.tenant_id, old.channel_id, old.address)`,
  });
}
