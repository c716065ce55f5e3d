import { isAppError } from '@omnigate/errors';
import type { State } from './state';

/** What the suite needs of a driver: the state, and a way to let time pass for it. */
export interface StateUnderTest {
  state: State;
  /** Lets so many milliseconds pass on the driver's clock. */
  pass(ms: number): Promise<void>;
  /** Waits until everything published was delivered. */
  settle(): Promise<void>;
}

/**
 * The contract of every state driver.
 * @param create makes a state that shares nothing with the one before; the suite stops it
 */
export function describeStateContract(create: () => Promise<StateUnderTest>): void {
  let under: StateUnderTest;
  let state: State;

  beforeEach(async () => {
    under = await create();
    state = under.state;
  });
  afterEach(() => state.stop());

  describe('takeTokens', () => {
    const rule = { ratePerSecond: 10, burst: 3 };
    const take = (bucket = 'b', count = 1) => state.takeTokens(bucket, { ...rule, count });

    it('starts full, then says how long to wait', async () => {
      for (let taken = 0; taken < 3; taken += 1)
        expect(await take()).toEqual({ taken: true, retryAfterMs: 0 });
      const refused = await take();
      expect(refused.taken).toBe(false);
      expect(refused.retryAfterMs).toBeGreaterThan(0);
      expect(refused.retryAfterMs).toBeLessThanOrEqual(100);
      await under.pass(refused.retryAfterMs);
      expect((await take()).taken).toBe(true);
      expect((await take()).taken).toBe(false);
    });

    it('takes all that was asked for, or nothing', async () => {
      expect((await take('b', 2)).taken).toBe(true);
      expect((await take('b', 2)).taken).toBe(false);
      expect((await take('b', 1)).taken).toBe(true);
    });

    it('never holds more than its burst', async () => {
      await take('b', 3);
      await under.pass(60_000);
      expect((await take('b', 3)).taken).toBe(true);
      expect((await take('b', 1)).taken).toBe(false);
    });

    it('keeps buckets apart', async () => {
      await take('b', 3);
      expect((await take('other', 3)).taken).toBe(true);
    });

    it('gives no more than there is to callers at the same time', async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => take()));
      expect(answers.filter(({ taken }) => taken)).toHaveLength(3);
    });

    it('refuses a rule that can never be met', async () => {
      const failure = await take('b', 4).catch((error: unknown) => error);
      expect(isAppError(failure, 'INVALID_ARGUMENT')).toBe(true);
    });
  });

  describe('token', () => {
    const source = (expiresInMs = 10_000) => {
      const calls = { count: 0 };
      const fetch = async () => {
        calls.count += 1;
        return { value: `token-${calls.count}`, expiresInMs };
      };
      return { calls, fetch };
    };

    it('fetches once for all who ask at the same time', async () => {
      const { calls, fetch } = source();
      const values = await Promise.all(Array.from({ length: 50 }, () => state.token('k', fetch)));
      expect(new Set(values)).toEqual(new Set(['token-1']));
      expect(calls.count).toBe(1);
    });

    it('fetches anew before the token expires', async () => {
      const { calls, fetch } = source(10_000);
      await state.token('k', fetch);
      await under.pass(8_000);
      expect(await state.token('k', fetch)).toBe('token-1');
      await under.pass(1_500);
      expect(await state.token('k', fetch)).toBe('token-2');
      expect(calls.count).toBe(2);
    });

    it('forgets a refused token, but not a newer one', async () => {
      const { fetch } = source();
      const refused = await state.token('k', fetch);
      await state.forgetToken('k', refused);
      expect(await state.token('k', fetch)).toBe('token-2');
      await state.forgetToken('k', refused);
      expect(await state.token('k', fetch)).toBe('token-2');
    });

    it('fails all who wait when the fetch fails, and fetches again for the next', async () => {
      const failing = async () => {
        throw new Error('no');
      };
      const settled = await Promise.allSettled([state.token('k', failing), state.token('k', failing)]);
      expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(await state.token('k', source().fetch)).toBe('token-1');
    });

    it('keeps keys apart', async () => {
      const { fetch } = source();
      expect(await state.token('k', fetch)).not.toBe(await state.token('other', fetch));
    });
  });

  describe('presence', () => {
    it('tells who is there, by scope', async () => {
      await state.setPresence('s', 'a', 'online', 5_000);
      await state.setPresence('s', 'b', 'away', 5_000);
      await state.setPresence('other', 'c', 'online', 5_000);
      expect(await state.presence('s')).toEqual(
        new Map([
          ['a', 'online'],
          ['b', 'away'],
        ]),
      );
      expect(await state.presence('nobody')).toEqual(new Map());
    });

    it('forgets who does not say so again', async () => {
      await state.setPresence('s', 'a', '1', 1_000);
      await state.setPresence('s', 'b', '1', 1_000);
      await under.pass(700);
      await state.setPresence('s', 'b', '2', 1_000);
      await under.pass(700);
      expect(await state.presence('s')).toEqual(new Map([['b', '2']]));
    });

    it('forgets who leaves', async () => {
      await state.setPresence('s', 'a', '1', 5_000);
      await state.removePresence('s', 'a');
      await state.removePresence('s', 'never there');
      expect(await state.presence('s')).toEqual(new Map());
    });
  });

  describe('publish', () => {
    it('reaches every subscriber of the channel, in order', async () => {
      const heard: string[][] = [[], []];
      for (const list of heard) state.subscribe('c', (payload) => list.push(payload));
      state.subscribe('other', () => heard.push(['wrong channel']));
      for (const payload of ['1', '2', '3']) await state.publish('c', payload);
      await under.settle();
      expect(heard).toEqual([
        ['1', '2', '3'],
        ['1', '2', '3'],
      ]);
    });

    it('ends with the subscription, each on its own', async () => {
      const heard: string[] = [];
      const handler = (payload: string) => heard.push(payload);
      const end = state.subscribe('c', handler);
      state.subscribe('c', handler);
      end();
      end();
      await state.publish('c', '1');
      await under.settle();
      expect(heard).toEqual(['1']);
    });

    it('is not stopped by a subscriber that throws', async () => {
      const heard: string[] = [];
      state.subscribe('c', () => {
        throw new Error('no');
      });
      state.subscribe('c', (payload) => heard.push(payload));
      await state.publish('c', '1');
      await under.settle();
      expect(heard).toEqual(['1']);
    });
  });
}
