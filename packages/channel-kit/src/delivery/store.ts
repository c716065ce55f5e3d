import type { DeliveryState } from '@omnigate/contracts';
import type { Database, Queryable } from '@omnigate/database';
import { deliveryRankSql } from './delivery-rank';

const rank = deliveryRankSql;

/** A channel that has, or had, deliveries. */
export interface DeliveryChannel {
  tenantId: string;
  channelId: string;
}

/** Notes channels, so that their work is found after a restart. */
export async function insertChannels(tx: Queryable, channels: readonly DeliveryChannel[]): Promise<void> {
  const sorted = [...channels].sort((a, b) => (a.tenantId + a.channelId < b.tenantId + b.channelId ? -1 : 1));
  await tx.query({
    name: 'delivery-channel-insert',
    text: `insert into delivery_channel (tenant_id, channel_id) select * from unnest($1::uuid[], $2::uuid[])
      on conflict do nothing`,
    values: [sorted.map((channel) => channel.tenantId), sorted.map((channel) => channel.channelId)],
  });
}

/** Every channel noted, of all tenants. */
export async function listChannels(database: Database): Promise<DeliveryChannel[]> {
  const rows = await database.query<{ tenant_id: string; channel_id: string }>({
    name: 'delivery-channel-list',
    text: 'select tenant_id, channel_id from delivery_channel',
  });
  return rows.map((row) => ({ tenantId: row.tenant_id, channelId: row.channel_id }));
}

/** A delivery's state after a change, as message.status tells it. */
export interface DeliveryChange {
  tenantId: string;
  messageId: string;
  channelId: string;
  channelType: string;
  conversationId: string;
  key: string;
  address: string;
  state: DeliveryState;
  /** The state before. */
  was: DeliveryState;
  attempts: number;
  providerMessageId: string;
  errorCode: string;
  optedOut: boolean;
  occurredTime: Date;
  /** W3C trace context in which it was stored. */
  traceparent: string | null;
}

/** A row of a statement that returns `changeColumns`, `was`, `opted_out` and `occurred_at`. */
export interface ChangeRow {
  tenant_id: string;
  message_id: string;
  channel_id: string;
  channel_type: string;
  conversation_id: string;
  key: string;
  address: string;
  state: number;
  was: number;
  attempts: number;
  provider_message_id: string;
  error_code: string;
  opted_out: boolean;
  occurred_at: Date;
  traceparent: string | null;
}

/** What each statement that changes a delivery `d` returns of it. */
export const changeColumns = `d.tenant_id, d.message_id, d.channel_id, d.channel_type, d.conversation_id, d.key, d.address, d.state,
  d.attempts, d.provider_message_id, d.error_code, d.traceparent`;

/** A row as a change. */
export function toChange(row: ChangeRow): DeliveryChange {
  return {
    tenantId: row.tenant_id,
    messageId: row.message_id,
    channelId: row.channel_id,
    channelType: row.channel_type,
    conversationId: row.conversation_id,
    key: row.key,
    address: row.address,
    state: row.state,
    was: row.was,
    attempts: row.attempts,
    providerMessageId: row.provider_message_id,
    errorCode: row.error_code,
    optedOut: row.opted_out,
    occurredTime: row.occurred_at,
    traceparent: row.traceparent,
  };
}

/** A delivery that this process may put on the wire. */
export interface ClaimedDelivery extends DeliveryChange {
  claimedBy: string;
  /** ms since it was queued. */
  ageMs: number;
  /** Null when it was failed by the claim, since its time had passed. */
  payload: Buffer | null;
}

/**
 * Claims due deliveries, oldest of their keys alone; those whose `not_after` has passed are failed instead.
 * @param claim.asks how many of each channel at most
 * @param claim.seconds how long the claim lasts
 */
export async function claimDeliveries(
  tx: Queryable,
  claim: { claimedBy: string; seconds: number; asks: readonly (DeliveryChannel & { count: number })[] },
): Promise<ClaimedDelivery[]> {
  const rows = await tx.query<ChangeRow & { age_ms: number; payload: Buffer | null }>({
    name: 'delivery-claim',
    binary: true,
    // Limited, and so no join: where next to nothing is unsettled, a join is thought to cost the same without the key.
    text: `with picked as (
        select d.tenant_id, d.message_id, d.priority, d.seq, d.payload
        from unnest($1::uuid[], $2::uuid[], $3::int[]) as ask(tenant_id, channel_id, count)
        cross join lateral (
          select q.tenant_id, q.message_id, q.priority, q.seq, q.payload from delivery q
          where q.tenant_id = ask.tenant_id and q.channel_id = ask.channel_id and q.state = 1 and q.due_at <= now()
            and (select 1 from delivery e where e.tenant_id = q.tenant_id and e.key = q.key
              and e.state in (1, 2) and e.seq < q.seq limit 1) is null
          order by q.priority, q.seq limit ask.count for no key update skip locked
        ) d
      )
      update delivery d set claimed_by = $4, claim_until = now() + $5::int * interval '1 second', updated_at = now(),
        state = case when d.not_after <= now() then 7 else 2 end,
        attempts = d.attempts + case when d.not_after <= now() then 0 else 1 end,
        error_code = case when d.not_after <= now() then 'NOT_AFTER_PASSED' else '' end,
        payload = case when d.not_after <= now() then null else d.payload end
      from picked p where d.tenant_id = p.tenant_id and d.message_id = p.message_id
      returning ${changeColumns}, 1::smallint as was, false as opted_out, now() as occurred_at, d.payload,
        (extract(epoch from now() - d.created_at) * 1000)::float8 as age_ms`,
    values: [
      claim.asks.map((ask) => ask.tenantId),
      claim.asks.map((ask) => ask.channelId),
      claim.asks.map((ask) => ask.count),
      claim.claimedBy,
      claim.seconds,
    ],
  });
  return rows.map((row) => ({
    ...toChange(row),
    claimedBy: claim.claimedBy,
    ageMs: row.age_ms,
    payload: row.payload,
  }));
}

/** What came of one attempt, as it is stored. */
export interface Settlement {
  tenantId: string;
  messageId: string;
  claimedBy: string;
  /** Queued again, unknown, sent or failed. */
  state: DeliveryState;
  providerMessageId: string;
  errorCode: string;
  optedOut: boolean;
  /** For queued: due again after so long. */
  delayMs: number;
  /** False where the attempt shall not count, since the fault was not the message's. */
  counted: boolean;
}

/** Stores what came of attempts, together with the receipts that came before them. @returns what changed */
export async function settleDeliveries(
  tx: Queryable,
  settlements: readonly Settlement[],
): Promise<DeliveryChange[]> {
  const rows = await tx.query<ChangeRow>({
    name: 'delivery-settle',
    text: `with k as (
        select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::bool[],
          $8::int[], $9::bool[]) as k(tenant_id, message_id, claimed_by, state, provider_message_id, error_code,
          opted_out, delay_ms, counted)
      ), before as materialized (
        select d.tenant_id, d.message_id, d.channel_id, d.was, i.state, i.provider_message_id, i.error_code, i.opted_out,
          i.delay_ms, i.counted
        from (select * from k order by tenant_id, message_id) i
        cross join lateral (select tenant_id, message_id, channel_id, state as was from delivery
          where tenant_id = i.tenant_id and message_id = i.message_id and claimed_by = i.claimed_by
          for no key update) d
      ), early as (
        delete from early_receipt r using before b
        where b.provider_message_id <> '' and r.tenant_id = b.tenant_id and r.channel_id = b.channel_id
          and r.provider_message_id = b.provider_message_id
        returning b.message_id, r.tenant_id, r.state, r.error_code, r.opted_out, r.occurred_at
      ), own as (
        select b.tenant_id, b.message_id, b.was, b.provider_message_id, b.error_code, b.opted_out, b.delay_ms, b.counted,
          case when b.was = 2 or ${rank('b.state')} > ${rank('b.was')} then b.state else b.was end as state
        from before b
      ), final as (
        select o.tenant_id, o.message_id, o.was, o.provider_message_id, o.delay_ms, o.counted,
          case when ${rank('e.state')} > ${rank('o.state')} then e.state else o.state end as state,
          case when ${rank('e.state')} > ${rank('o.state')} then e.error_code
            when o.state <> o.was then o.error_code end as error_code,
          o.opted_out or coalesce(e.opted_out, false) as opted_out, e.occurred_at
        from own o left join early e on e.tenant_id = o.tenant_id and e.message_id = o.message_id
      )
      update delivery d set state = f.state, error_code = coalesce(f.error_code, d.error_code), updated_at = now(),
        attempts = d.attempts - case when f.counted then 0 else 1 end,
        provider_message_id = coalesce(nullif(f.provider_message_id, ''), d.provider_message_id),
        due_at = now() + f.delay_ms * interval '1 millisecond', claimed_by = null, claim_until = null,
        payload = case when f.state = 1 then d.payload end
      from final f where d.tenant_id = f.tenant_id and d.message_id = f.message_id
      returning ${changeColumns}, f.was, f.opted_out, coalesce(f.occurred_at, now()) as occurred_at`,
    values: [
      settlements.map((settlement) => settlement.tenantId),
      settlements.map((settlement) => settlement.messageId),
      settlements.map((settlement) => settlement.claimedBy),
      settlements.map((settlement) => settlement.state),
      settlements.map((settlement) => settlement.providerMessageId),
      settlements.map((settlement) => settlement.errorCode),
      settlements.map((settlement) => settlement.optedOut),
      settlements.map((settlement) => settlement.delayMs),
      settlements.map((settlement) => settlement.counted),
    ],
  });
  return rows.map(toChange).filter((change) => change.state !== change.was);
}
