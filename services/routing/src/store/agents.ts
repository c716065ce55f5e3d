import type { PresenceState } from '@omnigate/contracts';
import type { Queryable } from '@omnigate/database';

/** An agent's presence and load. */
export interface AgentLoad {
  agentId: string;
  state: PresenceState;
  /** Open conversations that are the agent's, and open offers. */
  active: number;
}

/**
 * Sets an agent's presence.
 *
 * @param tx the transaction.
 * @param agent the agent and the state.
 */
export async function setPresence(
  tx: Queryable,
  agent: { tenantId: string; agentId: string; agent: string; state: PresenceState },
): Promise<void> {
  await tx.query({
    name: 'presence-set',
    text: `insert into agent_presence (tenant_id, agent_id, agent, state) values ($1, $2, $3, $4)
      on conflict (tenant_id, agent_id) do update set state = excluded.state, agent = excluded.agent, updated_at = now()`,
    values: [agent.tenantId, agent.agentId, agent.agent, agent.state],
  });
}

const loadText = (lock: boolean): string => `select p.agent_id, p.state,
    (select count(*)::int from conversation c where c.tenant_id = p.tenant_id and c.agent_id = p.agent_id)
    + (select count(*)::int from offer o where o.tenant_id = p.tenant_id and o.agent_id = p.agent_id and o.state = 1)
      as active
  from agent_presence p where p.tenant_id = $1 and p.agent_id = any($2::uuid[])
  order by p.agent_id ${lock ? 'for no key update of p' : ''}`;

async function load(
  tx: Queryable,
  tenantId: string,
  agentIds: readonly string[],
  lock: boolean,
): Promise<AgentLoad[]> {
  const rows = await tx.query<{ agent_id: string; state: number; active: number }>({
    name: lock ? 'agent-lock' : 'agent-load',
    text: loadText(lock),
    values: [tenantId, agentIds],
  });
  return rows.map((row) => ({ agentId: row.agent_id, state: row.state, active: row.active }));
}

/**
 * Reads agents' presence and load.
 *
 * @param tx where to read.
 * @param tenantId the tenant.
 * @param agentIds the agents.
 * @returns those who have ever said whether they are there.
 */
export function agentLoads(
  tx: Queryable,
  tenantId: string,
  agentIds: readonly string[],
): Promise<AgentLoad[]> {
  return load(tx, tenantId, agentIds, false);
}

/**
 * Locks agents and reads their load after that, so that two dispatchers cannot fill the same place.
 *
 * @param tx the transaction that will hold them.
 * @param tenantId the tenant.
 * @param agentIds the agents.
 * @returns those who have ever said whether they are there.
 */
export async function lockAgentLoads(
  tx: Queryable,
  tenantId: string,
  agentIds: readonly string[],
): Promise<AgentLoad[]> {
  await load(tx, tenantId, agentIds, true);
  // Counts that were read while waiting for the lock may be old: a statement sees what was committed when it began.
  return load(tx, tenantId, agentIds, false);
}
