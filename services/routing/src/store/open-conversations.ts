import type { Queryable } from '@omnigate/database';
import type { ConversationKey } from './conversations';

/**
 * Finds the open conversations of some keys, without a lock.
 *
 * @param tx where to look.
 * @param keys where to look, each once.
 * @returns the ids of those that exist, with their keys.
 */
export async function findOpenConversations(
  tx: Queryable,
  keys: readonly ConversationKey[],
): Promise<(ConversationKey & { id: string })[]> {
  if (keys.length === 0) return [];
  return tx.query<ConversationKey & { id: string }>({
    name: 'conversation-find-open',
    text: `select f.id, k.tenant_id as "tenantId", k.channel_id as "channelId", k.address, k.thread_key as "threadKey"
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as k(tenant_id, channel_id, address, thread_key)
      cross join lateral (select id from conversation c where c.tenant_id = k.tenant_id
        and c.channel_id = k.channel_id and c.address = k.address and c.thread_key = k.thread_key and c.state = 1
        limit 1) f`,
    values: [
      keys.map((key) => key.tenantId),
      keys.map((key) => key.channelId),
      keys.map((key) => key.address),
      keys.map((key) => key.threadKey),
    ],
  });
}
