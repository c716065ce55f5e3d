import { ConversationOwner } from '@omnigate/contracts';
import { AppError } from '@omnigate/errors';
import type { CallContext, Identity, Role } from '@omnigate/rpc';
import type { RoutingContext } from '../context';
import type { ConversationRow } from '../domain/conversation';

/** Who may read conversations. */
export const readers: readonly Role[] = [
  'owner',
  'admin',
  'supervisor',
  'agent',
  'auditor',
  'service',
  'operator',
];
/** Who may act in conversations. */
export const actors: readonly Role[] = ['owner', 'admin', 'supervisor', 'agent', 'service', 'operator'];

const limited = (identity: Identity): boolean =>
  identity.agentId !== undefined &&
  identity.agentId !== '' &&
  !identity.roles.some((role) => role !== 'agent' && actors.includes(role));

/**
 * Checks that the caller may write in a conversation: an agent's key only in its own.
 *
 * @param ctx the call.
 * @param row the conversation.
 * @throws AppError NOT_OWNER when it is somebody else's.
 */
export function requireOwnership(ctx: CallContext, row: ConversationRow): void {
  if (!limited(ctx.identity)) return;
  const own =
    row.owner === ConversationOwner.CONVERSATION_OWNER_AGENT && row.agentId === ctx.identity.agentId;
  if (!own)
    throw new AppError('NOT_OWNER', {
      reason: row.agent ? `agent ${row.agent} has it` : 'accept its offer first',
    });
}

/** An agent in whose name a call acts. */
export interface ActingAgent {
  id: string;
  name: string;
  displayName: string;
  teams: string[];
}

/**
 * The agent in whose name a call acts: the key's own, or the one that an owner or admin names.
 *
 * @param context what routing works with.
 * @param ctx the call.
 * @param named the agent's name in the request; empty for the key's own.
 * @returns the agent.
 * @throws AppError PERMISSION_DENIED when an agent's key names another; NOT_FOUND when there is no such agent.
 */
export async function actingAgent(
  context: Pick<RoutingContext, 'tenants'>,
  ctx: CallContext,
  named: string,
): Promise<ActingAgent> {
  const { identity } = ctx;
  const other = named !== '' && named !== identity.agent;
  if (other && limited(identity))
    throw new AppError('PERMISSION_DENIED', { reason: 'it is the key of another agent' });
  const name = named || identity.agent || '';
  if (name === '')
    throw new AppError('NOT_FOUND', { resource: 'agent: use an agent key, or name the agent' });
  const agent = await context.tenants.find(identity.tenantId, ({ agents }) =>
    agents.find((item) => item.name === name),
  );
  if (!agent) throw new AppError('NOT_FOUND', { resource: `agent ${name}` });
  return agent;
}
