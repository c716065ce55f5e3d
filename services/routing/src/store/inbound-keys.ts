import type { Queryable } from '@omnigate/database';

/** What makes an inbound message itself and not a repeat. */
export interface InboundKey {
  tenantId: string;
  channelId: string;
  eventId: string;
}

/**
 * Names a key; a channel has one tenant.
 *
 * @param key the key.
 * @returns a text that no other key has.
 */
export const inboundKeyName = (key: Omit<InboundKey, 'tenantId'>): string =>
  `${key.eventId} ${key.channelId}`;

/**
 * Claims inbound keys; a key that was claimed before belongs to a repeat. It waits for another transaction that is
 * claiming the same key, and succeeds if that one rolls back.
 *
 * @param tx the transaction whose effects the keys guard.
 * @param keys the keys, each once.
 * @returns names of the keys that are new.
 */
export async function claimInboundKeys(tx: Queryable, keys: readonly InboundKey[]): Promise<Set<string>> {
  const sorted = [...keys].sort((a, b) => (inboundKeyName(a) < inboundKeyName(b) ? -1 : 1));
  const rows = await tx.query<{ event_id: string; channel_id: string }>({
    name: 'inbound-key-claim',
    text: `insert into inbound_key (tenant_id, channel_id, event_id)
      select * from unnest($1::uuid[], $2::uuid[], $3::uuid[])
      on conflict do nothing returning event_id, channel_id`,
    values: [
      sorted.map((key) => key.tenantId),
      sorted.map((key) => key.channelId),
      sorted.map((key) => key.eventId),
    ],
  });
  return new Set(rows.map((row) => inboundKeyName({ eventId: row.event_id, channelId: row.channel_id })));
}
