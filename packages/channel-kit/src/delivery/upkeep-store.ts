import type { Queryable } from '@omnigate/database';
import { type ChangeRow, changeColumns, type DeliveryChange, type DeliveryChannel, toChange } from './store';

// Providers report for days at most; routing keeps its own copy of every state.
const keepDeliveryDays = 8;
const keepEarlyReceiptHours = 24;

/**
 * Makes unknown what was put on the wire and never settled: its process died in between, so whether the provider has
 * it can't be told, and it is not sent again.
 * @param all also claims that have not lapsed, since no other process is there
 */
export async function lapseClaims(tx: Queryable, { all }: { all: boolean }): Promise<DeliveryChange[]> {
  const rows = await tx.query<ChangeRow>({
    name: 'delivery-lapse',
    // "state in (1, 2)" is what the index of unsettled deliveries holds; all others need not be looked at.
    text: `with lapsed as (
        select tenant_id, message_id from delivery
        where state in (1, 2) and state = 2 and ($1 or claim_until < now()) limit 1000 for no key update skip locked
      )
      update delivery d set state = 3, error_code = 'SEND_UNKNOWN', payload = null, updated_at = now()
      from lapsed l where d.tenant_id = l.tenant_id and d.message_id = l.message_id
      returning ${changeColumns}, 2::smallint as was, false as opted_out, now() as occurred_at`,
    values: [all],
  });
  return rows.map(toChange);
}

/** Gives back what was claimed by a transaction whose outcome was not known, and so was never put on the wire. */
export async function releaseClaims(tx: Queryable, claimedBy: readonly string[]): Promise<void> {
  await tx.query({
    name: 'delivery-release',
    text: `with lost as (
        select tenant_id, message_id from delivery
        where state in (1, 2) and state = 2 and claimed_by = any($1::uuid[])
        order by tenant_id, message_id for no key update
      )
      update delivery d set state = 1, attempts = d.attempts - 1, claimed_by = null, claim_until = null
      from lost l where d.tenant_id = l.tenant_id and d.message_id = l.message_id`,
    values: [claimedBy],
  });
}

/** Of these channels, those with a delivery that is due. */
export async function dueChannels(
  tx: Queryable,
  channels: readonly DeliveryChannel[],
): Promise<DeliveryChannel[]> {
  const rows = await tx.query<{ tenant_id: string; channel_id: string }>({
    name: 'delivery-due-channels',
    text: `select c.tenant_id, c.channel_id from unnest($1::uuid[], $2::uuid[]) as c(tenant_id, channel_id)
      where exists (select from delivery d where d.tenant_id = c.tenant_id and d.channel_id = c.channel_id
        and d.state = 1 and d.due_at <= now())`,
    values: [channels.map((channel) => channel.tenantId), channels.map((channel) => channel.channelId)],
  });
  return rows.map((row) => ({ tenantId: row.tenant_id, channelId: row.channel_id }));
}

/** Removes settled deliveries and kept receipts that are too old to matter, a bounded number at once. */
export async function pruneDeliveries(tx: Queryable): Promise<void> {
  await tx.query({
    name: 'delivery-prune',
    text: `delete from delivery d using (
        select tenant_id, message_id from delivery
        where created_at < now() - ${keepDeliveryDays} * interval '1 day' and state >= 3 limit 10000
        for update skip locked
      ) old where d.tenant_id = old.tenant_id and d.message_id = old.message_id`,
  });
  await tx.query({
    name: 'receipt-prune',
    text: `delete from early_receipt where created_at < now() - ${keepEarlyReceiptHours} * interval '1 hour'`,
  });
}
