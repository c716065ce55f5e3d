import { OfferState } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';
import type { ConversationId } from './conversations';

/** An offer's row. */
export interface OfferRow {
  tenantId: string;
  id: string;
  conversationId: string;
  agentId: string;
  agent: string;
  team: string;
  state: OfferState;
  expiresAt: Date;
}

interface StoredRow {
  tenant_id: string;
  id: string;
  conversation_id: string;
  agent_id: string;
  agent: string;
  team: string;
  state: number;
  expires_at: Date;
}

const fromStored = (row: StoredRow): OfferRow => ({
  tenantId: row.tenant_id,
  id: row.id,
  conversationId: row.conversation_id,
  agentId: row.agent_id,
  agent: row.agent,
  team: row.team,
  state: row.state,
  expiresAt: row.expires_at,
});

const columns = 'o.tenant_id, o.id, o.conversation_id, o.agent_id, o.agent, o.team, o.state, o.expires_at';

/** An offer that is to be made. */
export interface NewOffer extends ConversationId {
  id: string;
  agentId: string;
  agent: string;
  team: string;
  /** Seconds until it lapses. */
  seconds: number;
}

/**
 * Makes offers.
 *
 * @param tx the transaction that holds the conversations' locks.
 * @param offers one for each conversation.
 * @returns the rows; a conversation that has an open offer gets no second one.
 */
export async function insertOffers(tx: Queryable, offers: readonly NewOffer[]): Promise<OfferRow[]> {
  const rows = await tx.query<StoredRow>({
    name: 'offer-insert',
    text: `with added as (
        insert into offer (tenant_id, id, conversation_id, agent_id, agent, team, state, expires_at)
        select k.tenant_id, k.id, k.conversation_id, k.agent_id, k.agent, k.team, 1, now() + make_interval(secs => k.seconds)
        from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::int[])
          as k(tenant_id, id, conversation_id, agent_id, agent, team, seconds)
        order by k.id
        on conflict (tenant_id, conversation_id) where state = 1 do nothing returning *
      ), clocks as (
        insert into offer_deadline (tenant_id, offer_id, conversation_id, expires_at)
        select tenant_id, id, conversation_id, expires_at from added
      )
      select ${columns} from added o`,
    values: [
      offers.map((offer) => offer.tenantId),
      offers.map((offer) => offer.id),
      offers.map((offer) => offer.conversationId),
      offers.map((offer) => offer.agentId),
      offers.map((offer) => offer.agent),
      offers.map((offer) => offer.team),
      offers.map((offer) => offer.seconds),
    ],
  });
  return rows.map(fromStored);
}

/** How an open offer is to end. */
export interface Settlement {
  tenantId: string;
  offerId: string;
  state: OfferState;
  /** Only before it lapses; else only after. */
  beforeExpiry: boolean;
}

/**
 * Ends an open offer by one compare-and-set on id, state and expiry.
 *
 * @param tx the transaction that holds the conversation's lock.
 * @param settlement how it ends.
 * @returns the offer after it; undefined when it had ended or lapsed before.
 */
export async function settleOffer(tx: Queryable, settlement: Settlement): Promise<OfferRow | undefined> {
  const rows = await tx.query<StoredRow>({
    name: 'offer-settle',
    text: `with gone as (
        delete from offer_deadline d using offer o
        where d.tenant_id = $1 and d.offer_id = $2 and o.tenant_id = $1 and o.id = $2 and o.state = 1
          and (o.expires_at > now()) = $4
      )
      update offer o set state = $3, settled_at = now()
      where o.tenant_id = $1 and o.id = $2 and o.state = 1 and (o.expires_at > now()) = $4
      returning ${columns}`,
    values: [settlement.tenantId, settlement.offerId, settlement.state, settlement.beforeExpiry],
  });
  return rows[0] && fromStored(rows[0]);
}

/**
 * Takes back the open offers of conversations.
 *
 * @param tx the transaction that holds the conversations' locks.
 * @param ids the conversations.
 * @returns the offers taken back.
 */
export async function withdrawOffers(tx: Queryable, ids: readonly ConversationId[]): Promise<OfferRow[]> {
  const rows = await tx.query<StoredRow>({
    name: 'offer-withdraw',
    text: `with ended as (
        update offer o set state = ${OfferState.OFFER_STATE_WITHDRAWN}, settled_at = now()
        from unnest($1::uuid[], $2::uuid[]) as k(tenant_id, conversation_id)
        where o.tenant_id = k.tenant_id and o.conversation_id = k.conversation_id and o.state = 1
        returning ${columns}
      ), gone as (
        delete from offer_deadline d using ended e where d.tenant_id = e.tenant_id and d.offer_id = e.id
      )
      select ${columns} from ended o`,
    values: [ids.map((id) => id.tenantId), ids.map((id) => id.conversationId)],
  });
  return rows.map(fromStored);
}

/** Which offers to read. */
export interface OfferFilter {
  tenantId: string;
  offerId: string | null;
  agentId: string | null;
  conversationId: string | null;
  openOnly: boolean;
}

/**
 * Reads offers.
 *
 * @param tx where to read.
 * @param filter which ones.
 * @returns at most 500, newest first.
 */
export async function readOffers(tx: Queryable, filter: OfferFilter): Promise<OfferRow[]> {
  const rows = await tx.query<StoredRow>({
    text: `select ${columns} from offer o
      where o.tenant_id = $1 and ($2::uuid is null or o.id = $2) and ($3::uuid is null or o.agent_id = $3)
        and ($4::uuid is null or o.conversation_id = $4) and (not $5 or o.state = 1)
      order by o.id desc limit 500`,
    values: [filter.tenantId, filter.offerId, filter.agentId, filter.conversationId, filter.openOnly],
  });
  return rows.map(fromStored);
}

/** An open offer's clock. */
export interface OfferDeadline extends ConversationId {
  offerId: string;
  /** Milliseconds until it lapses; 0 or less when it has. */
  remainingMs: number;
}

/**
 * The offers that lapse first.
 *
 * @param database where deadlines are.
 * @param limit how many at most.
 * @returns the deadlines, the nearest first.
 */
export async function nextDeadlines(database: Queryable, limit: number): Promise<OfferDeadline[]> {
  const rows = await database.query<{
    tenant_id: string;
    offer_id: string;
    conversation_id: string;
    remaining_ms: number;
  }>({
    name: 'offer-deadlines',
    text: `select tenant_id, offer_id, conversation_id, (extract(epoch from expires_at - now()) * 1000)::int as remaining_ms
      from offer_deadline order by expires_at limit $1`,
    values: [limit],
  });
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    offerId: row.offer_id,
    conversationId: row.conversation_id,
    remainingMs: row.remaining_ms,
  }));
}
