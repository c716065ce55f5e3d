import type { DeliveryState } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';
import { deliveryRankSql } from './delivery-rank';
import { type ChangeRow, changeColumns, type DeliveryChange, toChange } from './store';

const rank = deliveryRankSql;

/** What a provider reports, as it is stored. */
export interface StoredReceipt {
  tenantId: string;
  channelId: string;
  /** Our own id, where the callback carried it. */
  messageId: string | null;
  /** Empty where the callback carried none. */
  providerMessageId: string;
  state: DeliveryState;
  errorCode: string;
  optedOut: boolean;
  occurredTime: Date;
}

// Raises deliveries by rows `best(tenant_id, target, state, error_code, opted_out, provider_message_id, occurred_at)`.
const raise = `update delivery d set state = b.state, error_code = b.error_code, updated_at = now(), payload = null,
    provider_message_id = coalesce(nullif(d.provider_message_id, ''), b.provider_message_id)
  from before, best b
  where d.tenant_id = before.tenant_id and d.message_id = before.message_id
    and b.tenant_id = before.tenant_id and b.target = before.message_id
    and ${rank('b.state')} > ${rank('before.was')}
  returning ${changeColumns}, before.was, b.opted_out, b.occurred_at`;

// A sub-select that locks can't be turned around: each row is one look-up by the primary key, in this order.
const lockBest = `select d.* from (select tenant_id, target from best order by tenant_id, target) i
  cross join lateral (select tenant_id, message_id, state as was from delivery
    where tenant_id = i.tenant_id and message_id = i.target for no key update) d`;

/**
 * Raises the deliveries that receipts speak of; keeps those whose delivery is not known yet.
 * @returns what rose
 */
export async function applyReceipts(
  tx: Queryable,
  receipts: readonly StoredReceipt[],
): Promise<DeliveryChange[]> {
  const rows = await tx.query<ChangeRow>({
    name: 'receipt-apply',
    text: `with r as (
        select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::smallint[], $6::text[], $7::bool[],
          $8::timestamptz[]) as r(tenant_id, channel_id, message_id, provider_message_id, state, error_code, opted_out,
          occurred_at)
      ), found as (
        select r.*, coalesce(m.message_id, p.message_id) as target from r
        left join lateral (select message_id from delivery where tenant_id = r.tenant_id
          and message_id = r.message_id and channel_id = r.channel_id limit 1) m on true
        left join lateral (
          select d.message_id from delivery d where m.message_id is null and r.provider_message_id <> ''
            and d.tenant_id = r.tenant_id and d.channel_id = r.channel_id
            and d.provider_message_id = r.provider_message_id and d.provider_message_id <> '' limit 1
        ) p on true
      ), kept as (
        insert into early_receipt (tenant_id, channel_id, provider_message_id, state, error_code, opted_out, occurred_at)
        select distinct on (tenant_id, channel_id, provider_message_id) tenant_id, channel_id, provider_message_id, state,
          error_code, opted_out, occurred_at
        from found where target is null and provider_message_id <> ''
        order by tenant_id, channel_id, provider_message_id, ${rank('state')} desc
        on conflict (tenant_id, channel_id, provider_message_id) do update
          set state = excluded.state, error_code = excluded.error_code, opted_out = excluded.opted_out,
            occurred_at = excluded.occurred_at
          where ${rank('excluded.state')} > ${rank('early_receipt.state')}
      ), best as (
        select distinct on (tenant_id, target) * from found where target is not null
        order by tenant_id, target, ${rank('state')} desc
      ), before as materialized (${lockBest})
      ${raise}`,
    values: [
      receipts.map((receipt) => receipt.tenantId),
      receipts.map((receipt) => receipt.channelId),
      receipts.map((receipt) => receipt.messageId),
      receipts.map((receipt) => receipt.providerMessageId),
      receipts.map((receipt) => receipt.state),
      receipts.map((receipt) => receipt.errorCode),
      receipts.map((receipt) => receipt.optedOut),
      receipts.map((receipt) => receipt.occurredTime),
    ],
  });
  return rows.map(toChange);
}

/** Raises deliveries by kept receipts that another process's commit had hidden. @returns what rose */
export async function matchEarlyReceipts(tx: Queryable): Promise<DeliveryChange[]> {
  const rows = await tx.query<ChangeRow>({
    name: 'receipt-match',
    text: `with matched as (
        select r.*, d.message_id as target from early_receipt r
        cross join lateral (select message_id from delivery where tenant_id = r.tenant_id and channel_id = r.channel_id
          and provider_message_id = r.provider_message_id and provider_message_id <> '' limit 1) d
        limit 500
      ), gone as (
        delete from early_receipt r using matched m where r.tenant_id = m.tenant_id and r.channel_id = m.channel_id
          and r.provider_message_id = m.provider_message_id
      ), best as (
        select distinct on (tenant_id, target) * from matched order by tenant_id, target, ${rank('state')} desc
      ), before as materialized (${lockBest})
      ${raise}`,
  });
  return rows.map(toChange);
}
