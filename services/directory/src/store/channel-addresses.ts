import type { Queryable } from '@omnigate/database';

/** An address that a channel is to have. */
export interface ChannelAddress {
  channelId: string;
  hash: Buffer;
}

/**
 * Finds the channel that has an address, before any scope is set.
 *
 * @param database a connection without a scope will do.
 * @param hash of the address.
 * @returns the channel's id, or undefined.
 */
export async function findChannelByAddress(database: Queryable, hash: Buffer): Promise<string | undefined> {
  const rows = await database.query<{ channel_id: string }>({
    name: 'directory_channel_by_address',
    text: 'select channel_id from channel_address where hash = $1',
    values: [hash],
  });
  return rows[0]?.channel_id;
}

/**
 * Gives channels their addresses, and takes away those that they had.
 *
 * @param tx the transaction.
 * @param addresses of channels that were written.
 * @returns ids of channels whose address is another's.
 */
export async function claimChannelAddresses(
  tx: Queryable,
  addresses: readonly ChannelAddress[],
): Promise<string[]> {
  if (addresses.length === 0) return [];
  const ids = addresses.map(({ channelId }) => channelId);
  await tx.query({ text: 'delete from channel_address where channel_id = any($1::uuid[])', values: [ids] });
  const rows = await tx.query<{ channel_id: string }>({
    text: `insert into channel_address (hash, channel_id)
      select decode(hash, 'hex'), channel_id from unnest($1::text[], $2::uuid[]) as a(hash, channel_id) order by hash
      on conflict (hash) do nothing returning channel_id`,
    values: [addresses.map(({ hash }) => hash.toString('hex')), ids],
  });
  const claimed = new Set(rows.map((row) => row.channel_id));
  return ids.filter((id) => !claimed.has(id));
}

/**
 * Forgets a channel's address.
 *
 * @param tx the transaction.
 * @param channelId a UUID.
 */
export async function deleteChannelAddress(tx: Queryable, channelId: string): Promise<void> {
  await tx.query({ text: 'delete from channel_address where channel_id = $1::uuid', values: [channelId] });
}
