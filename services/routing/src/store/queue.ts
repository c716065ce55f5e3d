import type { Queryable } from '@omnigate/database';
import type { ConversationId } from './conversations';

/** A conversation that waits for a person. */
export interface QueueEntry extends ConversationId {
  team: string;
  /** Lower goes first. */
  priority: number;
  queuedAt: Date;
}

/**
 * How many wait in queues, up to a priority each.
 *
 * @param tx where to read.
 * @param queues the queues asked about, each team and priority once.
 * @returns the numbers in the order of the queues.
 */
export async function countWaiting(
  tx: Queryable,
  queues: readonly Pick<QueueEntry, 'tenantId' | 'team' | 'priority'>[],
): Promise<number[]> {
  const rows = await tx.query<{ waiting: number }>({
    name: 'queue-count',
    text: `select (select count(*)::int from queue_entry q
        where q.tenant_id = k.tenant_id and q.team = k.team and q.priority <= k.priority) as waiting
      from unnest($1::uuid[], $2::text[], $3::int[]) with ordinality as k(tenant_id, team, priority, n) order by k.n`,
    values: [
      queues.map((queue) => queue.tenantId),
      queues.map((queue) => queue.team),
      queues.map((queue) => queue.priority),
    ],
  });
  return rows.map((row) => row.waiting);
}

/**
 * Puts conversations into their queues; one that waits already moves to the other queue and keeps its time.
 *
 * @param tx the transaction that holds their locks.
 * @param entries the conversations.
 */
export async function insertQueueEntries(tx: Queryable, entries: readonly QueueEntry[]): Promise<void> {
  const sorted = [...entries].sort((a, b) => (a.conversationId < b.conversationId ? -1 : 1));
  await tx.query({
    name: 'queue-insert',
    text: `insert into queue_entry (tenant_id, conversation_id, team, priority, queued_at)
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::int[], $5::timestamptz[])
      on conflict (tenant_id, conversation_id) do update set team = excluded.team, priority = excluded.priority`,
    values: [
      sorted.map((entry) => entry.tenantId),
      sorted.map((entry) => entry.conversationId),
      sorted.map((entry) => entry.team),
      sorted.map((entry) => entry.priority),
      sorted.map((entry) => entry.queuedAt),
    ],
  });
}

/**
 * Takes conversations out of their queues.
 *
 * @param tx the transaction that holds their locks.
 * @param ids the conversations.
 */
export async function deleteQueueEntries(tx: Queryable, ids: readonly ConversationId[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query({
    name: 'queue-delete',
    text: `delete from queue_entry q using unnest($1::uuid[], $2::uuid[]) as k(tenant_id, conversation_id)
      where q.tenant_id = k.tenant_id and q.conversation_id = k.conversation_id`,
    values: [ids.map((id) => id.tenantId), ids.map((id) => id.conversationId)],
  });
}

/**
 * Places of conversations in their queues.
 *
 * @param tx where to read.
 * @param ids the conversations.
 * @returns places from 1 by conversation id; those that do not wait are missing.
 */
export async function queuePlaces(
  tx: Queryable,
  ids: readonly ConversationId[],
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ conversation_id: string; place: number }>({
    name: 'queue-place',
    text: `select e.conversation_id, (select count(*)::int from queue_entry q where q.tenant_id = e.tenant_id
        and q.team = e.team
        and (q.priority, q.queued_at, q.conversation_id) <= (e.priority, e.queued_at, e.conversation_id)) as place
      from unnest($1::uuid[], $2::uuid[]) as k(tenant_id, conversation_id)
      join queue_entry e on e.tenant_id = k.tenant_id and e.conversation_id = k.conversation_id`,
    values: [ids.map((id) => id.tenantId), ids.map((id) => id.conversationId)],
  });
  return new Map(rows.map((row) => [row.conversation_id, row.place]));
}

/** A conversation that waits and is offered to nobody. */
export interface WaitingEntry {
  conversationId: string;
  /** Agents who said no or let an offer lapse since it was queued, the last first. */
  refusedBy: string[];
}

/**
 * The conversations of a queue that nobody has been offered, those that waited longest first.
 *
 * @param tx where to read, within the tenant.
 * @param queue the tenant and the team's name.
 * @param limit how many at most.
 * @returns the entries in the queue's order.
 */
export async function waitingEntries(
  tx: Queryable,
  queue: { tenantId: string; team: string },
  limit: number,
): Promise<WaitingEntry[]> {
  const rows = await tx.query<{ conversation_id: string; refused_by: string[] }>({
    name: 'queue-waiting',
    text: `select e.conversation_id, coalesce((select array_agg(o.agent_id::text order by o.created_at desc) from offer o
        where o.tenant_id = e.tenant_id and o.conversation_id = e.conversation_id and o.state in (3, 4)
          and o.created_at >= e.queued_at), '{}') as refused_by
      from queue_entry e
      where e.tenant_id = $1 and e.team = $2 and not exists (select from offer o
        where o.tenant_id = e.tenant_id and o.conversation_id = e.conversation_id and o.state = 1)
      order by e.priority, e.queued_at, e.conversation_id limit $3`,
    values: [queue.tenantId, queue.team, limit],
  });
  return rows.map((row) => ({ conversationId: row.conversation_id, refusedBy: row.refused_by }));
}

/**
 * Every queue in which a conversation waits.
 *
 * @param database where queues are.
 * @returns tenants and team names, each queue once.
 */
export async function waitingQueues(database: Queryable): Promise<{ tenantId: string; team: string }[]> {
  const rows = await database.query<{ tenant_id: string; team: string }>({
    name: 'queue-list',
    text: 'select distinct tenant_id, team from queue_entry',
  });
  return rows.map((row) => ({ tenantId: row.tenant_id, team: row.team }));
}
