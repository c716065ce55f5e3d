import { type Candidate, chooseAgent } from './choose-agent';

const agent = (agentId: string, active: number, most = 4): Candidate => ({
  agentId,
  agent: agentId,
  active,
  most,
});

test.each([
  { name: 'nobody is there', candidates: [], refusedBy: [], chosen: undefined },
  { name: 'all are full', candidates: [agent('a', 4), agent('b', 4)], refusedBy: [], chosen: undefined },
  {
    name: 'an agent who may have none is full',
    candidates: [agent('a', 0, 0)],
    refusedBy: [],
    chosen: undefined,
  },
  {
    name: 'the one with the smaller share of what they can have',
    candidates: [agent('a', 2, 4), agent('b', 3, 10)],
    refusedBy: [],
    chosen: 'b',
  },
  { name: 'equal load: the first', candidates: [agent('a', 1), agent('b', 1)], refusedBy: [], chosen: 'a' },
  {
    name: 'who has refused comes after who has not, whatever the load',
    candidates: [agent('a', 0), agent('b', 3)],
    refusedBy: ['a'],
    chosen: 'b',
  },
  {
    name: 'all have refused: the one who refused longest ago',
    candidates: [agent('a', 3), agent('b', 0), agent('c', 1)],
    refusedBy: ['b', 'c', 'a'],
    chosen: 'a',
  },
  {
    name: 'a repeated refusal counts by the last one',
    candidates: [agent('a', 0), agent('b', 0)],
    refusedBy: ['a', 'b', 'a'],
    chosen: 'b',
  },
  {
    name: 'who refused longest ago is full',
    candidates: [agent('a', 4), agent('b', 0)],
    refusedBy: ['b', 'a'],
    chosen: 'b',
  },
  {
    name: 'who has not refused is full',
    candidates: [agent('a', 4), agent('b', 3)],
    refusedBy: ['b'],
    chosen: 'b',
  },
  {
    name: 'refusals of agents who are gone do not count',
    candidates: [agent('a', 0)],
    refusedBy: ['x', 'y'],
    chosen: 'a',
  },
])('$name', ({ candidates, refusedBy, chosen }) => {
  expect(chooseAgent(candidates, refusedBy)?.agentId).toBe(chosen);
});
