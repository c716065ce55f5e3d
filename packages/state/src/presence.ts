import type { State } from './state';

interface Member {
  value: string;
  /** Gone from then on, ms. */
  until: number;
}

// Scopes that nobody reads would keep their gone members; so many calls later they are looked through.
const sweepEvery = 1_000;

/** Makes the presence of one process. */
export function createPresence(
  now: () => number,
): Pick<State, 'setPresence' | 'removePresence' | 'presence'> {
  const scopes = new Map<string, Map<string, Member>>();
  let calls = 0;

  function dropGone(scope: string, members: Map<string, Member>): void {
    const at = now();
    for (const [member, { until }] of members) if (until <= at) members.delete(member);
    if (members.size === 0) scopes.delete(scope);
  }

  return {
    async setPresence(scope, member, value, ttlMs) {
      calls += 1;
      if (calls % sweepEvery === 0) for (const [name, members] of scopes) dropGone(name, members);
      const members = scopes.get(scope) ?? new Map<string, Member>();
      scopes.set(scope, members.set(member, { value, until: now() + ttlMs }));
    },
    async removePresence(scope, member) {
      const members = scopes.get(scope);
      members?.delete(member);
      if (members?.size === 0) scopes.delete(scope);
    },
    async presence(scope) {
      const members = scopes.get(scope) ?? new Map<string, Member>();
      dropGone(scope, members);
      return new Map([...members].map(([member, { value }]) => [member, value]));
    },
  };
}
