import type { Queryable } from '@omnigate/database';
import type { Ticket } from '../domain/ticket';
import { columns, fromStored, type StoredRow } from './ticket-row';

/** Which tickets to list; null means any. */
export interface TicketFilter {
  tenantId: string;
  state: number | null;
  type: string | null;
  worker: string | null;
  conversationId: string | null;
  /** Only those with a lower number, which are older. */
  beforeNumber: bigint | null;
  limit: number;
}

/**
 * Lists tickets.
 *
 * @param tx where to read
 * @param filter which ones
 * @returns at most `limit`, newest first
 */
export async function listTickets(tx: Queryable, filter: TicketFilter): Promise<Ticket[]> {
  const rows = await tx.query<StoredRow>({
    text: `select ${columns} from ticket t
      where tenant_id = $1 and ($2::smallint is null or state = $2) and ($3::text is null or type = $3)
        and ($4::text is null or worker = $4) and ($5::uuid is null or conversation_id = $5)
        and ($6::bigint is null or number < $6)
      order by number desc limit $7`,
    values: [
      filter.tenantId,
      filter.state,
      filter.type,
      filter.worker,
      filter.conversationId,
      filter.beforeNumber,
      filter.limit,
    ],
  });
  return rows.map(fromStored);
}

/**
 * Counts the tickets that workers have and have not completed.
 *
 * @param tx where to read
 * @param tenantId the tenant
 * @returns counts by worker; those without any are left out
 */
export async function countUnfinished(tx: Queryable, tenantId: string): Promise<Map<string, number>> {
  const rows = await tx.query<{ worker: string; unfinished: number }>({
    name: 'ticket-count-unfinished',
    text: `select worker, count(*)::int as unfinished from ticket
      where tenant_id = $1 and state in (2, 3) group by worker`,
    values: [tenantId],
  });
  return new Map(rows.map(({ worker, unfinished }) => [worker, unfinished]));
}
