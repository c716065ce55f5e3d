import { type Lane, openLane, roundsAtOnce, roundsHeldUp, runRounds, titleOf } from '@omnigate/testkit';
import { course } from '../../testing/locks/course';
import { type DeliveryRaces, operations } from '../../testing/locks/operations';

/** Rounds at the same moment, since some things come together by luck alone. */
const times = 5;
const patienceMs = 120_000;

let lane: Lane<DeliveryRaces> | undefined;

beforeAll(async () => {
  lane = await openLane(course);
}, patienceMs);

afterAll(() => lane?.close());

describe('every pair of operations on the same deliveries against each other', () => {
  test(
    'begun at the same moment',
    async () => {
      const rounds = Array.from({ length: times }, () => roundsAtOnce(operations).flat()).flat();
      const met = await runRounds([lane as Lane<DeliveryRaces>], rounds);
      expect(lane?.failures).toEqual([]);
      expect(rounds.map(titleOf).filter((title) => !met.has(title))).toEqual([]);
    },
    patienceMs,
  );

  test(
    'held up at each thing that both wait for, and let go one after the other',
    async () => {
      const rounds = roundsHeldUp(operations, { tries: { coming: times }, last: 'busHead' });
      const met = await runRounds([lane as Lane<DeliveryRaces>], rounds);
      expect(lane?.failures).toEqual([]);
      expect(rounds.map(titleOf).filter((title) => !met.has(title))).toEqual([]);
    },
    patienceMs,
  );

  test('the server has found no deadlock', async () => {
    const last = lane;
    lane = undefined;
    expect(await last?.close()).toBe(0);
  });
});
