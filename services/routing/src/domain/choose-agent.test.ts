import { chooseAgent } from './choose-agent';

const agent = (agentId: string, active: number, most = 5) => ({ agentId, agent: agentId, active, most });
const chosen = (agents: ReturnType<typeof agent>[], refusedBy: string[] = []) =>
  chooseAgent(agents, refusedBy)?.agentId;

test('who has the most room, as a share of what they take', () => {
  expect(chosen([agent('a', 2), agent('b', 1)])).toBe('b');
  expect(chosen([agent('a', 2, 10), agent('b', 1, 2)])).toBe('a');
  expect(chosen([agent('a', 1), agent('b', 1)])).toBe('a');
});

test('nobody who is full', () => {
  expect(chosen([agent('a', 5), agent('b', 4)])).toBe('b');
  expect(chosen([agent('a', 5), agent('b', 7)])).toBeUndefined();
  expect(chosen([])).toBeUndefined();
});

test('nobody who has refused, unless all have: then who refused longest ago', () => {
  expect(chosen([agent('a', 0), agent('b', 4)], ['a'])).toBe('b');
  expect(chosen([agent('a', 0), agent('b', 4)], ['a', 'b'])).toBe('b');
  expect(chosen([agent('a', 0), agent('b', 5)], ['a', 'b'])).toBe('a');
});
