import { ChannelType } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';

/**
 * Reads the manifests of all channel types.
 *
 * @param database a connection without a scope will do
 * @returns manifests by type, sorted
 */
export async function readChannelTypes(database: Queryable): Promise<Map<string, ChannelType>> {
  const rows = await database.query<{ type: string; manifest: unknown }>({
    name: 'directory_read_channel_types',
    text: 'select type, manifest from channel_type order by type',
  });
  return new Map(rows.map((row) => [row.type, ChannelType.fromJSON(row.manifest)]));
}

/**
 * Adds or replaces manifests.
 *
 * @param tx the transaction
 * @param channelTypes manifests as their adapters tell them
 */
export async function writeChannelTypes(tx: Queryable, channelTypes: readonly ChannelType[]): Promise<void> {
  await tx.query({
    text: `insert into channel_type as t (type, adapter_service, manifest)
      select type, adapter_service, manifest::jsonb
      from unnest($1::text[], $2::text[], $3::text[]) as w (type, adapter_service, manifest) order by type
      on conflict (type) do update set adapter_service = excluded.adapter_service, manifest = excluded.manifest
        where t.manifest <> excluded.manifest`,
    values: [
      channelTypes.map((channelType) => channelType.type),
      channelTypes.map((channelType) => channelType.adapterService),
      channelTypes.map((channelType) => JSON.stringify(ChannelType.toJSON(channelType))),
    ],
  });
}
