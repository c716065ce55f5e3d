import type { Queryable } from '@omnigate/database';

/**
 * Finds whose a channel is, before any scope is set.
 *
 * @param database a connection without a scope will do
 * @param channelId a UUID
 * @returns the tenant's id, or undefined
 */
export async function findTenantOfChannel(
  database: Queryable,
  channelId: string,
): Promise<string | undefined> {
  const rows = await database.query<{ tenant_id: string }>({
    name: 'directory_tenant_of_channel',
    text: 'select tenant_id from channel_id where id = $1::uuid',
    values: [channelId],
  });
  return rows[0]?.tenant_id;
}

/**
 * Adds new channels' ids.
 *
 * @param tx the transaction
 * @param channels new ones
 * @returns ids that another channel of the installation has already; they were not added
 */
export async function insertChannelIds(
  tx: Queryable,
  channels: readonly { id: string; tenantId: string }[],
): Promise<string[]> {
  const rows = await tx.query<{ id: string }>({
    text: `insert into channel_id (id, tenant_id) select * from unnest($1::uuid[], $2::uuid[]) order by 1
      on conflict (id) do nothing returning id`,
    values: [channels.map((channel) => channel.id), channels.map((channel) => channel.tenantId)],
  });
  const added = new Set(rows.map((row) => row.id));
  return channels.map((channel) => channel.id).filter((id) => !added.has(id));
}

/**
 * Forgets a channel's id: webhooks for it are refused from then on.
 *
 * @param tx the transaction
 * @param channelId a UUID
 */
export async function deleteChannelId(tx: Queryable, channelId: string): Promise<void> {
  await tx.query({ text: 'delete from channel_id where id = $1::uuid', values: [channelId] });
}
