import { type Lane, openLane, roundsAtOnce, roundsHeldUp, runRounds, titleOf } from '@omnigate/testkit';
import { createCourse } from '../testing/locks/course';
import { operations, type RoutingRaces } from '../testing/locks/operations';

/** Rounds wait for locks and clocks more than they compute. */
const laneCount = 4;
/** Who goes on first after an insert that was taken back is a matter of luck. */
const tries = { inboundKey: 6, request: 6, address: 6, openConversation: 6 };
const patienceMs = 300_000;

const tornText = `
select count(*) as torn from routing.conversation c
cross join lateral (select count(*) as stored, coalesce(max(seq), 0) as last from routing.message m
  where m.tenant_id = c.tenant_id and m.conversation_id = c.id) m
where m.stored <> c.message_seq or m.last <> c.message_seq`;

const lanes: Lane<RoutingRaces>[] = [];
const failures = (): string[] => lanes.flatMap((lane) => lane.failures);

beforeAll(async () => {
  const opened = Array.from({ length: laneCount }, () => openLane(createCourse()));
  lanes.push(...(await Promise.all(opened)));
}, patienceMs);

afterAll(() => Promise.all(lanes.map((lane) => lane.close())));

describe('every pair of operations against each other on two shared conversations', () => {
  test(
    'begun at the same moment',
    async () => {
      const pairs = roundsAtOnce(operations);
      const met = await runRounds(lanes, [...new Set(pairs.flat())]);
      expect(failures()).toEqual([]);
      const apart = pairs
        .map((rounds) => rounds.map(titleOf))
        .filter((titles) => !titles.some((title) => met.has(title)));
      expect(apart).toEqual([]);
    },
    patienceMs,
  );

  test(
    'held up at each thing that both wait for, and let go one after the other',
    async () => {
      const rounds = roundsHeldUp(operations, { tries, last: 'busHead', witness: 'records are published' });
      const met = await runRounds(lanes, rounds);
      expect(failures()).toEqual([]);
      const whole = rounds.filter(({ left, right }) => left.home === right.home).map(titleOf);
      expect(whole.filter((title) => !met.has(title))).toEqual([]);
    },
    patienceMs,
  );

  test('no message is missing, and the server has found no deadlock', async () => {
    const torn = await Promise.all(lanes.map((lane) => lane.query<{ torn: bigint }>({ text: tornText })));
    expect(torn.flat()).toEqual(lanes.map(() => ({ torn: 0n })));
    const found = await Promise.all(lanes.splice(0).map((lane) => lane.close()));
    expect(found).toEqual(Array.from({ length: laneCount }, () => 0));
  });
});
