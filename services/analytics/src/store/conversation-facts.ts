import type { Queryable } from '@omnigate/database';
import { AppError } from '@omnigate/errors';
import type { ConversationFact, Handoff, Volume } from '../domain/conversation-fact';

/** A thing by its primary key. */
export interface FactKey {
  tenantId: string;
  id: string;
}

interface StoredRow {
  tenant_id: string;
  id: string;
  channel: string;
  opened_at: Date;
  last: number;
  missing: number[];
  first_inbound_at: Date | null;
  first_answer_at: Date | null;
  handed_over_at: Date | null;
  agent_answer_at: Date | null;
  resolved_at: Date | null;
  resolution: number;
  had_person: boolean;
  rated_at: Date | null;
  score: number;
  handoffs: string[];
  volumes: number[];
}

function fromStored(row: StoredRow): ConversationFact {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    channel: row.channel,
    openedAt: row.opened_at,
    last: row.last,
    missing: row.missing,
    firstInboundAt: row.first_inbound_at,
    firstAnswerAt: row.first_answer_at,
    handedOverAt: row.handed_over_at,
    agentAnswerAt: row.agent_answer_at,
    resolvedAt: row.resolved_at,
    resolution: row.resolution,
    hadPerson: row.had_person,
    ratedAt: row.rated_at,
    score: row.score,
    handoffs: row.handoffs.map(handoffFrom),
    volumes: volumesFrom(row.volumes),
  };
}

function handoffFrom(text: string): Handoff {
  const at = text.indexOf(':');
  return { slot: Number(text.slice(0, at)), reason: text.slice(at + 1) };
}

function volumesFrom(numbers: readonly number[]): Volume[] {
  const volumes: Volume[] = [];
  for (let at = 0; at < numbers.length; at += 3) {
    const [slot = 0, inbound = 0, outbound = 0] = numbers.slice(at, at + 3);
    volumes.push({ slot, inbound, outbound });
  }
  return volumes;
}

const columns = `tenant_id, id, channel, opened_at, last, missing, first_inbound_at, first_answer_at, handed_over_at,
  agent_answer_at, resolved_at, resolution, had_person, rated_at, score, handoffs, volumes`;

/**
 * Locks what is known of conversations, in the order of their ids.
 *
 * @param tx the transaction that will hold them.
 * @param keys the conversations, each once.
 * @returns the facts that there are.
 */
export async function lockConversationFacts(
  tx: Queryable,
  keys: readonly FactKey[],
): Promise<ConversationFact[]> {
  const rows = await tx.query<StoredRow>({
    name: 'conversation-fact-lock',
    text: `select f.* from (select * from unnest($1::uuid[], $2::uuid[]) as k(tenant_id, id) order by tenant_id, id) k
      cross join lateral (select ${columns} from conversation_fact f
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
export async function readConversationFacts(
  tx: Queryable,
  page: { tenantId: string; after: string; limit: number },
): Promise<ConversationFact[]> {
  const rows = await tx.query<StoredRow>({
    name: 'conversation-fact-page',
    text: `select ${columns} from conversation_fact where tenant_id = $1 and id > $2 order by id limit $3`,
    values: [page.tenantId, page.after, page.limit],
  });
  return rows.map(fromStored);
}

const parameters = `unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::int[], $6::text[], $7::timestamptz[],
    $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::smallint[], $13::boolean[],
    $14::timestamptz[], $15::smallint[], $16::text[], $17::text[]) as k(${columns})`;

// Arrays of different lengths make no array of arrays: each travels as the text of one.
const valuesOf = (facts: readonly ConversationFact[]): unknown[] => [
  facts.map((fact) => fact.tenantId),
  facts.map((fact) => fact.id),
  facts.map((fact) => fact.channel),
  facts.map((fact) => fact.openedAt),
  facts.map((fact) => fact.last),
  facts.map((fact) => `{${fact.missing.join()}}`),
  facts.map((fact) => fact.firstInboundAt),
  facts.map((fact) => fact.firstAnswerAt),
  facts.map((fact) => fact.handedOverAt),
  facts.map((fact) => fact.agentAnswerAt),
  facts.map((fact) => fact.resolvedAt),
  facts.map((fact) => fact.resolution),
  facts.map((fact) => fact.hadPerson),
  facts.map((fact) => fact.ratedAt),
  facts.map((fact) => fact.score),
  facts.map((fact) => `{${fact.handoffs.map(({ slot, reason }) => `"${slot}:${quoted(reason)}"`).join()}}`),
  facts.map((fact) => `{${fact.volumes.flatMap((volume) => Object.values(volume)).join()}}`),
];

const quoted = (text: string): string => text.replace(/["\\]/g, '\\$&');

/**
 * Adds facts of conversations that are counted for the first time.
 *
 * @param tx the transaction.
 * @param facts new ones.
 * @throws AppError ABORTED when another transaction was quicker; the batch is tried again.
 */
export async function insertConversationFacts(
  tx: Queryable,
  facts: readonly ConversationFact[],
): Promise<void> {
  if (facts.length === 0) return;
  const inserted = await tx.query({
    name: 'conversation-fact-insert',
    text: `insert into conversation_fact (${columns})
      select k.tenant_id, k.id, channel, opened_at, last, missing::int[], first_inbound_at, first_answer_at,
        handed_over_at, agent_answer_at, resolved_at, resolution, had_person, rated_at, score, handoffs::text[],
        volumes::int[]
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
export async function saveConversationFacts(
  tx: Queryable,
  facts: readonly ConversationFact[],
): Promise<void> {
  if (facts.length === 0) return;
  await tx.query({
    name: 'conversation-fact-save',
    text: `update conversation_fact f set channel = k.channel, last = k.last, missing = k.missing::int[],
        first_inbound_at = k.first_inbound_at, first_answer_at = k.first_answer_at, handed_over_at = k.handed_over_at,
        agent_answer_at = k.agent_answer_at, resolved_at = k.resolved_at, resolution = k.resolution,
        had_person = k.had_person, rated_at = k.rated_at, score = k.score, handoffs = k.handoffs::text[],
        volumes = k.volumes::int[]
      from ${parameters} where f.tenant_id = k.tenant_id and f.id = k.id`,
    values: valuesOf(facts),
  });
}
