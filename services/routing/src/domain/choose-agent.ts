/** An agent who can be asked. */
export interface Candidate {
  agentId: string;
  agent: string;
  /** Conversations and open offers. */
  active: number;
  /** Conversations at once. */
  most: number;
}

/**
 * Whom to ask next: the agent with the most room who has not refused yet; when all have refused, the one who refused
 * longest ago.
 *
 * @param candidates agents who are there; those without room are left out.
 * @param refusedBy ids of agents who declined the conversation or let an offer lapse, the last first.
 * @returns the agent; undefined when nobody has room.
 */
export function chooseAgent(
  candidates: readonly Candidate[],
  refusedBy: readonly string[],
): Candidate | undefined {
  const free = candidates.filter((candidate) => candidate.active < candidate.most);
  const willing = free.filter((candidate) => !refusedBy.includes(candidate.agentId));
  const load = (candidate: Candidate): number => candidate.active / candidate.most;
  if (willing.length > 0) return willing.reduce((best, next) => (load(next) < load(best) ? next : best));
  const order = (candidate: Candidate): number => refusedBy.indexOf(candidate.agentId);
  return free.length === 0
    ? undefined
    : free.reduce((best, next) => (order(next) > order(best) ? next : best));
}
