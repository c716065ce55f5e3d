import type { Queryable } from '@omnigate/database';
import type { ConversationId } from './conversations';

/** Seconds that a holder keeps a turn without a sign of life. */
const leaseSeconds = 10;
/** Seconds from a turn's first start until a person gets the conversation. */
export const clockSeconds = 20;
/** Seconds that a turn may wait to be started before a person gets the conversation. */
const startSeconds = 60;

const lease = `now() + interval '${leaseSeconds} seconds'`;
const clock = `now() + interval '${clockSeconds} seconds'`;

/** A turn's row: the bot owes an answer to the inbound messages numbered fromSeq to coversSeq. */
export interface TurnRow {
  tenantId: string;
  conversationId: string;
  id: string;
  fromSeq: number;
  coversSeq: number;
  /** Rises with every start and takeover; an effect needs the latest. */
  fence: number;
  /** The customer wrote more since the last start. */
  rerun: boolean;
  /** It was run again once. */
  reran: boolean;
  holder: string;
  /** Milliseconds until a person gets it; below 0 when late. */
  clockMs: number;
}

interface StoredRow {
  tenant_id: string;
  conversation_id: string;
  id: string;
  from_seq: number;
  covers_seq: number;
  fence: number;
  rerun: boolean;
  reran: boolean;
  holder: string;
  clock_ms: number | null;
}

const columns = `t.tenant_id, t.conversation_id, t.id, t.from_seq, t.covers_seq, t.fence, t.rerun, t.reran, t.holder,
  (extract(epoch from t.clock_until - now()) * 1000)::int as clock_ms`;

function fromStored(row: StoredRow): TurnRow {
  return {
    tenantId: row.tenant_id,
    conversationId: row.conversation_id,
    id: row.id,
    fromSeq: row.from_seq,
    coversSeq: row.covers_seq,
    fence: row.fence,
    rerun: row.rerun,
    reran: row.reran,
    holder: row.holder,
    clockMs: row.clock_ms ?? clockSeconds * 1000,
  };
}

/** A turn that is to begin. */
export interface NewTurn {
  tenantId: string;
  conversationId: string;
  id: string;
  fromSeq: number;
  coversSeq: number;
  /** True when the holder starts it with the commit; else it waits to be claimed. */
  running: boolean;
}

/**
 * Begins turns; one that runs already is marked to run again, one that still waits covers the new messages too.
 *
 * @param tx the transaction that holds the conversations' locks.
 * @param turns one for each conversation.
 * @param holder the instance that starts those that run.
 * @returns ids of the conversations whose turn has begun now.
 */
export async function beginTurns(
  tx: Queryable,
  turns: readonly NewTurn[],
  holder: string,
): Promise<Set<string>> {
  if (turns.length === 0) return new Set();
  const sorted = [...turns].sort((a, b) => (a.conversationId < b.conversationId ? -1 : 1));
  const rows = await tx.query<{ conversation_id: string; begun: boolean }>({
    name: 'turn-begin',
    text: `insert into turn (tenant_id, conversation_id, id, from_seq, covers_seq, state, holder, lease_until, clock_until)
      select k.tenant_id, k.conversation_id, k.id, k.from_seq, k.covers_seq,
        case when k.running then 'RUNNING' else 'WAITING' end, case when k.running then $7 else '' end,
        case when k.running then ${lease} end, case when k.running then ${clock} end
      from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::boolean[])
        as k(tenant_id, conversation_id, id, from_seq, covers_seq, running)
      on conflict (tenant_id, conversation_id) do update set rerun = turn.state = 'RUNNING',
        covers_seq = case when turn.state = 'WAITING' then excluded.covers_seq else turn.covers_seq end
      returning conversation_id, xmax = 0 as begun`,
    values: [
      sorted.map((turn) => turn.tenantId),
      sorted.map((turn) => turn.conversationId),
      sorted.map((turn) => turn.id),
      sorted.map((turn) => turn.fromSeq),
      sorted.map((turn) => turn.coversSeq),
      sorted.map((turn) => turn.running),
      holder,
    ],
  });
  return new Set(rows.filter((row) => row.begun).map((row) => row.conversation_id));
}

/**
 * Locks turns whose conversations the transaction holds.
 *
 * @param tx the transaction.
 * @param ids the conversations, each once.
 * @returns the turns that exist.
 */
export async function lockTurns(tx: Queryable, ids: readonly ConversationId[]): Promise<TurnRow[]> {
  const rows = await tx.query<StoredRow>({
    name: 'turn-lock',
    text: `select ${columns} from unnest($1::uuid[], $2::uuid[]) as k(tenant_id, conversation_id)
      join turn t on t.tenant_id = k.tenant_id and t.conversation_id = k.conversation_id
      order by t.tenant_id, t.conversation_id for no key update of t`,
    values: [ids.map((id) => id.tenantId), ids.map((id) => id.conversationId)],
  });
  return rows.map(fromStored);
}

/**
 * Ends turns.
 *
 * @param tx the transaction that holds the conversations' locks.
 * @param ids the conversations.
 */
export async function endTurns(tx: Queryable, ids: readonly ConversationId[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query({
    name: 'turn-end',
    text: `delete from turn t using unnest($1::uuid[], $2::uuid[]) as k(tenant_id, conversation_id)
      where t.tenant_id = k.tenant_id and t.conversation_id = k.conversation_id`,
    values: [ids.map((id) => id.tenantId), ids.map((id) => id.conversationId)],
  });
}

/**
 * Starts turns again over more messages: once within a turn, or as a new turn for what a reply left over.
 *
 * @param tx the transaction that holds the turns' locks.
 * @param turns the turns as they are to be; a new turn has a new id, a full clock, and no takeover yet.
 */
export async function restartTurns(tx: Queryable, turns: readonly TurnRow[]): Promise<void> {
  if (turns.length === 0) return;
  await tx.query({
    name: 'turn-restart',
    text: `update turn t set id = k.id, from_seq = k.from_seq, covers_seq = k.covers_seq, fence = k.fence, rerun = false,
        reran = k.reran, lease_until = ${lease},
        clock_until = case when t.id = k.id then t.clock_until else ${clock} end,
        takeovers = case when t.id = k.id then t.takeovers else 0 end
      from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::int[], $7::boolean[])
        as k(tenant_id, conversation_id, id, from_seq, covers_seq, fence, reran)
      where t.tenant_id = k.tenant_id and t.conversation_id = k.conversation_id`,
    values: [
      turns.map((turn) => turn.tenantId),
      turns.map((turn) => turn.conversationId),
      turns.map((turn) => turn.id),
      turns.map((turn) => turn.fromSeq),
      turns.map((turn) => turn.coversSeq),
      turns.map((turn) => turn.fence),
      turns.map((turn) => turn.reran),
    ],
  });
}

/**
 * Claims waiting turns, as fairly among tenants as one statement can.
 *
 * @param database where turns are.
 * @param holder the instance that will run them.
 * @param limit how many it has room for.
 * @returns the turns, now its own.
 */
export async function claimWaitingTurns(
  database: Queryable,
  holder: string,
  limit: number,
): Promise<TurnRow[]> {
  const rows = await database.query<StoredRow>({
    name: 'turn-claim',
    text: `with fair as (
        select tenant_id, conversation_id, row_number() over (partition by tenant_id order by created_at) as place, created_at
        from turn where state = 'WAITING'
        order by place, created_at limit $2
      ), free as (
        select t.tenant_id, t.conversation_id from turn t
        join fair f on f.tenant_id = t.tenant_id and f.conversation_id = t.conversation_id
        where t.state = 'WAITING' for update of t skip locked
      )
      update turn t set state = 'RUNNING', holder = $1, fence = t.fence + 1, lease_until = ${lease}, clock_until = ${clock}
      from free f where f.tenant_id = t.tenant_id and f.conversation_id = t.conversation_id
      returning ${columns}`,
    values: [holder, limit],
  });
  return rows.map(fromStored);
}

/**
 * Takes over turns whose holder is gone. The clock starts again at the first takeover alone.
 *
 * @param database where turns are.
 * @param holder the instance that will run them.
 * @param all true when no other instance can be running: leases count for nothing.
 * @returns the turns, now its own; those whose clock has run out have clockMs below 0.
 */
export async function takeOverTurns(database: Queryable, holder: string, all: boolean): Promise<TurnRow[]> {
  const rows = await database.query<StoredRow>({
    name: 'turn-take-over',
    text: `with lost as (
        select tenant_id, conversation_id from turn
        where (state = 'RUNNING' and ($2 or lease_until < now()))
          or (state = 'WAITING' and created_at < now() - interval '${startSeconds} seconds')
        order by created_at limit 1000 for update skip locked
      )
      update turn t set holder = $1, fence = t.fence + 1, takeovers = t.takeovers + 1, lease_until = ${lease},
        clock_until = case when t.state = 'WAITING' then now() - interval '1 second'
          when t.takeovers = 0 then ${clock} else t.clock_until end,
        state = 'RUNNING'
      from lost l where l.tenant_id = t.tenant_id and l.conversation_id = t.conversation_id
      returning ${columns}`,
    values: [holder, all],
  });
  return rows.map(fromStored);
}

/**
 * Renews the leases of turns that take long.
 *
 * @param database where turns are.
 * @param holder the instance that runs them.
 * @param ids the conversations.
 */
export async function renewLeases(
  database: Queryable,
  holder: string,
  ids: readonly ConversationId[],
): Promise<void> {
  await database.query({
    name: 'turn-renew',
    // Skips what is locked: whoever has the lock is settling the turn, and waiting for it could be a deadlock.
    text: `with mine as (
        select t.tenant_id, t.conversation_id from unnest($1::uuid[], $2::uuid[]) as k(tenant_id, conversation_id)
        join turn t on t.tenant_id = k.tenant_id and t.conversation_id = k.conversation_id
        where t.holder = $3 for no key update of t skip locked
      )
      update turn t set lease_until = ${lease} from mine m
      where t.tenant_id = m.tenant_id and t.conversation_id = m.conversation_id`,
    values: [ids.map((id) => id.tenantId), ids.map((id) => id.conversationId), holder],
  });
}
