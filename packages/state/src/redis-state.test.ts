import { randomUUID } from 'node:crypto';
import { AppError } from '@omnigate/errors';
import { createLogger, createMetrics } from '@omnigate/runtime';
import { startSharedRedis } from '@omnigate/testkit';
import { describeStateContract } from './contract';
import { createRedisState } from './redis-state';
import type { State } from './state';

const logger = createLogger({ service: 'test', level: 'silent' });
let redis: Awaited<ReturnType<typeof startSharedRedis>>;
beforeAll(async () => {
  redis = await startSharedRedis();
});
afterAll(() => redis.close());

/** Long, so that a slow machine is not taken for a Redis that is gone. */
const timeoutMs = 10_000;
const newPrefix = () => `omnigate-test-${randomUUID()}:`;
const open = (options: { prefix: string; now?(): number }) =>
  createRedisState({ url: redis.url, timeoutMs, logger, metrics: createMetrics(), ...options });

describe('createRedisState', () => {
  describeStateContract(async () => {
    let now = 1_000_000;
    return {
      state: open({ prefix: newPrefix(), now: () => now }),
      pass: async (ms) => {
        now += ms;
      },
      settle: () => new Promise((resolve) => setImmediate(resolve)),
    };
  });
});

describe('two processes on one Redis', () => {
  let states: [State, State];
  beforeEach(() => {
    const prefix = newPrefix();
    states = [open({ prefix }), open({ prefix })];
  });
  afterEach(() => Promise.all(states.map((state) => state.stop())));

  const token = (value: string) => ({ value, expiresInMs: 3_600_000 });

  it('share the tokens of a bucket', async () => {
    const rule = { ratePerSecond: 0.001, burst: 10 };
    const takes = Array.from({ length: 40 }, (_, i) => states[i % 2 === 0 ? 0 : 1].takeTokens('b', rule));
    const answers = await Promise.all(takes);
    expect(answers.filter(({ taken }) => taken)).toHaveLength(10);
    const refused = answers.find(({ taken }) => !taken);
    expect(refused?.retryAfterMs).toBeGreaterThan(900_000);
  });

  it('fill a bucket by the clock of Redis', async () => {
    const rule = { ratePerSecond: 50, burst: 1 };
    expect((await states[0].takeTokens('b', rule)).taken).toBe(true);
    for (let taken = false; !taken; ) {
      const { taken: got, retryAfterMs } = await states[1].takeTokens('b', rule);
      taken = got;
      expect(retryAfterMs).toBeLessThanOrEqual(20);
      await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
    }
  });

  it('fetch a token once, however many ask', async () => {
    let fetched = 0;
    const fetch = async () => {
      fetched += 1;
      await new Promise((resolve) => setTimeout(resolve, 60));
      return token(`token-${fetched}`);
    };
    const values = await Promise.all(
      Array.from({ length: 20 }, (_, i) => states[i % 2 === 0 ? 0 : 1].token('k', fetch)),
    );
    expect(new Set(values)).toEqual(new Set(['token-1']));
    expect(fetched).toBe(1);
  });

  it('fail together when the fetch fails, with its code, and fetch anew after that', async () => {
    const failing = Promise.withResolvers<ReturnType<typeof token>>();
    const begun = Promise.withResolvers<void>();
    const first = states[0].token('k', () => {
      begun.resolve();
      return failing.promise;
    });
    await begun.promise;
    let fetchedByOther = 0;
    const other = async () => {
      fetchedByOther += 1;
      return token('of the other');
    };
    const second = states[1].token('k', other);
    // Let the other find the lock before the fetch fails.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const settled = Promise.allSettled([first, second]);
    failing.reject(new AppError('CREDENTIALS_BROKEN'));
    const [one, two] = await settled;
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'CREDENTIALS_BROKEN' } });
    expect(two).toMatchObject({ status: 'rejected', reason: { code: 'CREDENTIALS_BROKEN' } });
    expect(fetchedByOther).toBe(0);
    expect(await states[1].token('k', other)).toBe('of the other');
  });

  it('forget a refused token together, but not a newer one', async () => {
    expect(await states[0].token('k', async () => token('old'))).toBe('old');
    await states[1].forgetToken('k', 'old');
    expect(await states[0].token('k', async () => token('new'))).toBe('new');
    await states[1].forgetToken('k', 'old');
    expect(await states[1].token('k', async () => token('newest'))).toBe('new');
  });

  it('see who is there, and who leaves', async () => {
    await states[0].setPresence('s', 'a', 'online', 60_000);
    await states[1].setPresence('s', 'b', 'away', 60_000);
    const there = new Map([
      ['a', 'online'],
      ['b', 'away'],
    ]);
    expect(await states[0].presence('s')).toEqual(there);
    expect(await states[1].presence('s')).toEqual(there);
    await states[0].removePresence('s', 'b');
    expect(await states[1].presence('s')).toEqual(new Map([['a', 'online']]));
  });

  it('wake each other, each in the order of the publisher', async () => {
    const heard: [string[], string[]] = [[], []];
    for (const i of [0, 1] as const) states[i].subscribe('c', (payload) => heard[i].push(payload));
    // Subscribing takes a moment, in which what others publish is lost.
    while (!(heard[0].includes('probe 1') && heard[1].includes('probe 0'))) {
      await Promise.all([states[0].publish('c', 'probe 0'), states[1].publish('c', 'probe 1')]);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const numbers = Array.from({ length: 100 }, (_, n) => n);
    await Promise.all(
      numbers.flatMap((n) => [states[0].publish('c', `0:${n}`), states[1].publish('c', `1:${n}`)]),
    );
    for (const list of heard) {
      const from = (publisher: number) => list.filter((payload) => payload.startsWith(`${publisher}:`));
      while (from(0).length + from(1).length < 200) await new Promise((resolve) => setTimeout(resolve, 5));
      for (const publisher of [0, 1])
        expect(from(publisher)).toEqual(numbers.map((n) => `${publisher}:${n}`));
    }
  });
});
