import type { Queryable } from '@omnigate/database';
import type { ConversationRow } from '../domain/conversation';
import { readConversations } from './conversations';

/** Which conversations to list; null means any. */
export interface ConversationFilter {
  tenantId: string;
  state: number | null;
  owner: number | null;
  channelId: string | null;
  address: string | null;
  /** Only conversations with a lower id, which are older. */
  beforeId: string | null;
  limit: number;
}

/**
 * Lists conversations.
 *
 * @param tx where to read.
 * @param filter which ones.
 * @returns at most `limit`, newest first.
 */
export async function listConversations(
  tx: Queryable,
  filter: ConversationFilter,
): Promise<ConversationRow[]> {
  const { tenantId } = filter;
  const ids = await tx.query<{ id: string }>({
    text: `select id from conversation
      where tenant_id = $1 and ($2::smallint is null or state = $2) and ($3::smallint is null or owner = $3)
        and ($4::uuid is null or channel_id = $4) and ($5::text is null or address = $5)
        and ($6::uuid is null or id < $6)
      order by id desc limit $7`,
    values: [
      tenantId,
      filter.state,
      filter.owner,
      filter.channelId,
      filter.address,
      filter.beforeId,
      filter.limit,
    ],
  });
  const rows = await readConversations(
    tx,
    ids.map(({ id }) => ({ tenantId, conversationId: id })),
  );
  return rows.reverse();
}
