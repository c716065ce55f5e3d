import { ConversationOwner, ConversationState, Direction, PartyRole } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';
import type { ConversationId } from './conversations';

/** After how many hours without a customer's message a tenant's conversations have ended. */
export interface IdleLimit {
  tenantId: string;
  hours: number;
}

// A subquery of one value is not turned around: it is one look-up behind the conversation's last message.
const lastInbound = `coalesce((select m.created_at from message m
    where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.direction = ${Direction.DIRECTION_INBOUND}
    order by m.seq desc limit 1), c.created_at)`;
const isIdle = `c.state = ${ConversationState.CONVERSATION_STATE_OPEN}
    and c.owner = ${ConversationOwner.CONVERSATION_OWNER_BOT}
    and c.created_at < now() - k.hours * interval '1 hour' and ${lastInbound} < now() - k.hours * interval '1 hour'`;

/**
 * Locks conversations that the bot has and in which the customer has not written for too long. Those that somebody else
 * has locked are passed over: nobody is waited for, so the order in which they are taken makes no difference.
 *
 * @param tx the transaction that will hold them, of the limits' tenants.
 * @param limits of each tenant.
 * @param atMost of each tenant.
 * @returns the conversations.
 */
export async function lockIdleConversations(
  tx: Queryable,
  limits: readonly IdleLimit[],
  atMost: number,
): Promise<ConversationId[]> {
  const locked = await tx.query<{ id: string; tenant_id: string; hours: number }>({
    name: 'conversation-idle-lock',
    text: `select c.tenant_id, c.id, k.hours from unnest($1::uuid[], $2::float8[]) as k(tenant_id, hours)
      cross join lateral (select c.tenant_id, c.id from conversation c where c.tenant_id = k.tenant_id and ${isIdle}
        order by c.created_at limit $3 for no key update skip locked) c`,
    values: [limits.map((limit) => limit.tenantId), limits.map((limit) => limit.hours), atMost],
  });
  if (locked.length === 0) return [];
  // The customer may have written between that statement's beginning and its lock: now that they are held, once more.
  const idle = await tx.query<{ id: string; tenant_id: string }>({
    name: 'conversation-idle-still',
    text: `select c.tenant_id, c.id from unnest($1::uuid[], $2::uuid[], $3::float8[]) as k(tenant_id, id, hours)
      cross join lateral (select * from conversation where tenant_id = k.tenant_id and id = k.id limit 1) c
      where ${isIdle} order by 1, 2`,
    values: [locked.map((row) => row.tenant_id), locked.map((row) => row.id), locked.map((row) => row.hours)],
  });
  return idle.map((row) => ({ tenantId: row.tenant_id, conversationId: row.id }));
}

/**
 * Tells in which conversations the bot has answered something that the customer had written. The bot is asked about nothing
 * else: what only happens on a channel, or answers a ticket's menu, has no answer of it.
 *
 * @param tx the transaction that holds the conversations.
 * @param ids the conversations.
 * @returns the ids of those.
 */
export async function answeredByBot(tx: Queryable, ids: readonly ConversationId[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>({
    name: 'conversation-answered-by-bot',
    text: `select k.id from unnest($1::uuid[], $2::uuid[]) as k(tenant_id, id)
      where exists (select 1 from message m where m.tenant_id = k.tenant_id and m.conversation_id = k.id
        and m.direction = ${Direction.DIRECTION_OUTBOUND} and m.role = ${PartyRole.PARTY_ROLE_BOT})`,
    values: [ids.map((each) => each.tenantId), ids.map((each) => each.conversationId)],
  });
  return new Set(rows.map(({ id }) => id));
}
