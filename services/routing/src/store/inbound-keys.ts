import type { Queryable } from '@omnigate/database';

/** What makes an inbound message itself and not a repeat. */
export interface InboundKey {
  tenantId: string;
  channelId: string;
  eventId: string;
}

/**
 * Claims inbound keys; a key that was claimed before belongs to a repeat. It waits for another transaction that is
 * claiming the same key, and succeeds if that one rolls back.
 *
 * @param tx the transaction whose effects the keys guard.
 * @param keys the keys, each once.
 * @returns event ids that are new.
 */
export async function claimInboundKeys(tx: Queryable, keys: readonly InboundKey[]): Promise<Set<string>> {
  const sorted = [...keys].sort((a, b) => (a.eventId < b.eventId ? -1 : 1));
  const rows = await tx.query<{ event_id: string }>({
    name: 'inbound-key-claim',
    text: `insert into inbound_key (tenant_id, channel_id, event_id)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[])
      on conflict do nothing returning event_id`,
    values: [
      sorted.map((key) => key.tenantId),
      sorted.map((key) => key.channelId),
      sorted.map((key) => key.eventId),
    ],
  });
  return new Set(rows.map((row) => row.event_id));
}
