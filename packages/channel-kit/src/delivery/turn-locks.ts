import type { Queryable } from '@omnigate/database';
import type { StoredReceipt } from './receipt-store';
import type { Settlement } from './store';

/**
 * Locks the deliveries of a turn in the order of their ids. Settling and raising lock in that order too, but one after
 * the other: of two turns each could hold what the other one wants next.
 *
 * @param tx the turn's transaction.
 * @param settlements what will be settled.
 * @param receipts what will be raised.
 */
export async function lockTurn(
  tx: Queryable,
  settlements: readonly Settlement[],
  receipts: readonly StoredReceipt[],
): Promise<void> {
  const named = [...settlements, ...receipts.filter((receipt) => receipt.messageId !== null)];
  const unnamed = receipts.filter((receipt) => receipt.providerMessageId !== '');
  await tx.query({
    name: 'delivery-lock-turn',
    text: `with wanted as (
        select tenant_id, message_id from unnest($1::uuid[], $2::uuid[]) as n(tenant_id, message_id)
        union
        select p.tenant_id, p.message_id from unnest($3::uuid[], $4::uuid[], $5::text[]) as r(tenant_id, channel_id, id)
        cross join lateral (select tenant_id, message_id from delivery where tenant_id = r.tenant_id
          and channel_id = r.channel_id and provider_message_id = r.id and provider_message_id <> '' limit 1) p
      )
      select from (select tenant_id, message_id from wanted order by tenant_id, message_id) i
      cross join lateral (select from delivery where tenant_id = i.tenant_id and message_id = i.message_id
        for no key update) d`,
    values: [
      named.map((row) => row.tenantId),
      named.map((row) => row.messageId),
      unnamed.map((receipt) => receipt.tenantId),
      unnamed.map((receipt) => receipt.channelId),
      unnamed.map((receipt) => receipt.providerMessageId),
    ],
  });
}
