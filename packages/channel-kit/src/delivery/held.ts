import { randomUUID } from 'node:crypto';
import type { MessageSend } from '@omnigate/contracts';
import type { Database, Queryable, Transaction } from '@omnigate/database';
import { groupCommit } from '@omnigate/runtime';
import type { SendResult } from '../adapter';
import { claimedAsStored, firstOfEachKey, type NewDelivery, type StoredSend } from './insert-deliveries';
import type { Sender } from './sender';
import { type ChangeRow, type ClaimedDelivery, changeColumns, toChange } from './store';
import { claimSeconds } from './wire';

/** What the service that holds connections tells the deliveries, and is told. */
export interface Holding {
  /** For how long, in ms, the sender leaves a message to connections that are held open; 0: not at all. */
  heldMs(send: MessageSend, key: string): number;
  /** A connection of this process that waits for one delivery of the key; undefined where there is none. */
  taker(key: string): HeldTaker | undefined;
  /** More to store with deliveries, in their transaction; undefined where there is nothing. */
  storing(tx: Transaction, sends: readonly StoredSend[]): Promise<unknown> | undefined;
  /** Deliveries were stored that the sender leaves to held connections; wakes whoever holds one. */
  stored(rows: readonly NewDelivery[]): void;
}

/** A connection that takes a delivery in the moment in which it is stored. */
export interface HeldTaker {
  /** The delivery is this connection's alone; what it does with it is settled as what was claimed later is. */
  take(delivery: ClaimedDelivery): void;
}

/** The message key of a held connection. */
export interface HeldKey {
  tenantId: string;
  channelId: string;
  key: string;
}

/** Deliveries as connections that are held open use them. */
export interface HeldDeliveries {
  /**
   * Claims the next deliveries of a key, each for one connection alone.
   * @param atMost how many an answer can take
   * @throws AppError OVERLOADED, DATABASE_UNAVAILABLE
   */
  claim(key: HeldKey, atMost: number): Promise<ClaimedDelivery[]>;
  /** Stores what came of a claimed one. */
  settle(delivery: ClaimedDelivery, result: SendResult): void;
  /**
   * Gives a key's held deliveries to the sender, at once.
   * @throws AppError OVERLOADED, DATABASE_UNAVAILABLE; they are the sender's a little later all the same
   */
  giveUp(key: HeldKey): Promise<void>;
}

/**
 * Lets connections that wait take what is about to be stored: a claim of its own would cost as much as all else of a delivery.
 * @param rows get the claim, the first of each key alone
 * @param claimedBy the claim
 * @returns lets one be taken, by message id; for those that were claimed, when that is durable
 */
export function letTake(
  rows: readonly NewDelivery[],
  holding: Pick<Holding, 'taker'> | undefined,
  claimedBy: string,
): Map<string, () => void> {
  const takes = new Map<string, () => void>();
  for (const row of firstOfEachKey(rows)) {
    const taker = row.heldMs ? holding?.taker(row.key) : undefined;
    if (!taker) continue;
    row.claimedBy = claimedBy;
    takes.set(row.messageId, () => taker.take(claimedAsStored(row)));
  }
  return takes;
}

interface Ask extends HeldKey {
  atMost: number;
  claimedBy: string;
}

const maxPending = 50_000;

/** Makes the deliveries as held connections see them; what many ask for at the same time is one statement. */
export function createHeldDeliveries(o: {
  database: Database;
  sender: Pick<Sender, 'settle' | 'look' | 'release'>;
}): HeldDeliveries {
  const inScope = <Item extends HeldKey, Result>(
    items: Item[],
    work: (tx: Transaction, items: Item[]) => Promise<Result>,
  ) =>
    o.database.transaction({ tenants: [...new Set(items.map(({ tenantId }) => tenantId))] }, (tx) =>
      work(tx, items),
    );
  const tenantOf = ({ tenantId }: HeldKey) => tenantId;
  const claims = groupCommit<Ask, ClaimedDelivery[]>({
    maxPending,
    tenantOf,
    flush: (asks) =>
      inScope(asks, (tx, list) => {
        tx.onFailed(() =>
          o.sender.release(asks.map(({ claimedBy, tenantId }) => ({ claimedBy, tenants: [tenantId] }))),
        );
        return claimHeld(tx, list);
      }),
  });
  const givenUp = groupCommit<HeldKey, void>({
    maxPending,
    tenantOf,
    flush: (keys) => inScope(keys, giveUpHeld),
  });
  return {
    claim: (key, atMost) => claims.add({ ...key, atMost, claimedBy: randomUUID() }),
    settle: o.sender.settle,
    async giveUp(key) {
      await givenUp.add(key);
      o.sender.look([key]);
    },
  };
}

type ClaimedRow = ChangeRow & { age_ms: number; payload: Buffer | null; claimed_by: string; seq: number };

/** One compare-and-set: what the sender, or another connection, has claimed is passed over. */
async function claimHeld(tx: Queryable, asks: readonly Ask[]): Promise<ClaimedDelivery[][]> {
  const rows = await tx.query<ClaimedRow>({
    name: 'delivery-claim-held',
    binary: true,
    text: `with picked as (
        select d.tenant_id, d.message_id, ask.claimed_by, d.seq
        from unnest($1::uuid[], $2::text[], $3::int[], $4::uuid[]) as ask(tenant_id, key, at_most, claimed_by)
        cross join lateral (
          select q.tenant_id, q.message_id, q.seq from delivery q
          where q.tenant_id = ask.tenant_id and q.key = ask.key and q.state in (1, 2) and q.state = 1
            and (q.not_after is null or q.not_after > now())
            and (select 1 from delivery e where e.tenant_id = q.tenant_id and e.key = q.key and e.state in (1, 2)
              and e.seq < q.seq and (e.state = 2 or ask.at_most = 1) limit 1) is null
          order by q.seq limit ask.at_most for no key update skip locked
        ) d
      )
      update delivery d set state = 2, attempts = d.attempts + 1, error_code = '', updated_at = now(),
        claimed_by = p.claimed_by, claim_until = now() + $5::int * interval '1 second'
      from picked p where d.tenant_id = p.tenant_id and d.message_id = p.message_id
      returning ${changeColumns}, 1::smallint as was, false as opted_out, now() as occurred_at, d.payload, d.claimed_by,
        p.seq::float8 as seq, (extract(epoch from now() - d.created_at) * 1000)::float8 as age_ms`,
    values: [
      asks.map((ask) => ask.tenantId),
      asks.map((ask) => ask.key),
      asks.map((ask) => ask.atMost),
      asks.map((ask) => ask.claimedBy),
      claimSeconds,
    ],
  });
  const byClaim = Map.groupBy(
    rows.sort((a, b) => a.seq - b.seq),
    (row) => row.claimed_by,
  );
  return asks.map(({ claimedBy }) => (byClaim.get(claimedBy) ?? []).map((row) => toClaimed(row, claimedBy)));
}

const toClaimed = (row: ClaimedRow, claimedBy: string): ClaimedDelivery => ({
  ...toChange(row),
  claimedBy,
  ageMs: row.age_ms,
  payload: row.payload,
});

async function giveUpHeld(tx: Queryable, keys: readonly HeldKey[]): Promise<void> {
  await tx.query({
    name: 'delivery-give-up-held',
    // What was tried before waits for its back-off.
    text: `with held as (
        select d.tenant_id, d.message_id from delivery d
        join (select distinct tenant_id, key from unnest($1::uuid[], $2::text[]) as k(tenant_id, key)) k
          on d.tenant_id = k.tenant_id and d.key = k.key
        where d.state in (1, 2) and d.state = 1 and d.attempts = 0 and d.due_at > now()
        order by d.tenant_id, d.message_id for no key update of d
      )
      update delivery d set due_at = now() from held h
      where d.tenant_id = h.tenant_id and d.message_id = h.message_id`,
    values: [keys.map(({ tenantId }) => tenantId), keys.map(({ key }) => key)],
  });
}
