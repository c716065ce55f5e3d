import type { Queryable } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import type { TicketFact } from '../domain/ticket-fact';
import type { FactKey } from './conversation-facts';

interface StoredRow {
  tenant_id: string;
  id: string;
  channel: string;
  type: string;
  building: string;
  last: number;
  missing: number[];
  created_at: Date;
  completed_at: Date | null;
  escalated_at: Date | null;
  rated_at: Date | null;
  score: number;
}

const fromStored = (row: StoredRow): TicketFact => ({
  tenantId: row.tenant_id,
  id: row.id,
  channel: row.channel,
  type: row.type,
  building: row.building,
  last: row.last,
  missing: row.missing,
  createdAt: row.created_at,
  completedAt: row.completed_at,
  escalatedAt: row.escalated_at,
  ratedAt: row.rated_at,
  score: row.score,
});

const columns = `tenant_id, id, channel, type, building, last, missing, created_at, completed_at, escalated_at, rated_at,
  score`;

/**
 * Locks what is known of tickets, in the order of their ids.
 *
 * @param tx the transaction that will hold them.
 * @param keys the tickets, each once.
 * @returns the facts that there are.
 */
export async function lockTicketFacts(tx: Queryable, keys: readonly FactKey[]): Promise<TicketFact[]> {
  const rows = await tx.query<StoredRow>({
    name: 'ticket-fact-lock',
    text: `select f.* from (select * from unnest($1::uuid[], $2::uuid[]) as k(tenant_id, id) order by tenant_id, id) k
      cross join lateral (select ${columns} from ticket_fact f
        where f.tenant_id = k.tenant_id and f.id = k.id for no key update) f`,
    values: [keys.map((key) => key.tenantId), keys.map((key) => key.id)],
  });
  return rows.map(fromStored);
}

/**
 * Reads a tenant's facts in the order of their ids.
 *
 * @param tx where to read.
 * @param page the tenant, the id to go on after, and how many.
 * @returns at most so many.
 */
export async function readTicketFacts(
  tx: Queryable,
  page: { tenantId: string; after: string; limit: number },
): Promise<TicketFact[]> {
  const rows = await tx.query<StoredRow>({
    name: 'ticket-fact-page',
    text: `select ${columns} from ticket_fact where tenant_id = $1 and id > $2 order by id limit $3`,
    values: [page.tenantId, page.after, page.limit],
  });
  return rows.map(fromStored);
}

const parameters = `unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[],
    $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::smallint[]) as k(${columns})`;

const valuesOf = (facts: readonly TicketFact[]): unknown[] => [
  facts.map((fact) => fact.tenantId),
  facts.map((fact) => fact.id),
  facts.map((fact) => fact.channel),
  facts.map((fact) => fact.type),
  facts.map((fact) => fact.building),
  facts.map((fact) => fact.last),
  facts.map((fact) => `{${fact.missing.join()}}`),
  facts.map((fact) => fact.createdAt),
  facts.map((fact) => fact.completedAt),
  facts.map((fact) => fact.escalatedAt),
  facts.map((fact) => fact.ratedAt),
  facts.map((fact) => fact.score),
];

/**
 * Adds facts of tickets that are counted for the first time.
 *
 * @param tx the transaction.
 * @param facts new ones.
 * @throws AppError ABORTED when another transaction was quicker; the batch is tried again.
 */
export async function insertTicketFacts(tx: Queryable, facts: readonly TicketFact[]): Promise<void> {
  if (facts.length === 0) return;
  const inserted = await tx.query({
    name: 'ticket-fact-insert',
    text: `insert into ticket_fact (${columns})
      select k.tenant_id, k.id, channel, type, building, last, missing::int[], created_at, completed_at, escalated_at,
        rated_at, score
      from ${parameters} order by 1, 2 on conflict do nothing returning id`,
    values: valuesOf(facts),
  });
  if (inserted.length < facts.length) throw new AppError('ABORTED');
}

/**
 * Writes locked facts back.
 *
 * @param tx the transaction that holds their locks.
 * @param facts as they are to be.
 */
export async function saveTicketFacts(tx: Queryable, facts: readonly TicketFact[]): Promise<void> {
  if (facts.length === 0) return;
  await tx.query({
    name: 'ticket-fact-save',
    text: `update ticket_fact f set channel = k.channel, type = k.type, building = k.building, last = k.last,
        missing = k.missing::int[], completed_at = k.completed_at, escalated_at = k.escalated_at, rated_at = k.rated_at,
        score = k.score
      from ${parameters} where f.tenant_id = k.tenant_id and f.id = k.id`,
    values: valuesOf(facts),
  });
}
