import { describeStateContract } from './contract';
import { createLocalState } from './local-state';

describe('createLocalState', () => {
  describeStateContract(async () => {
    let now = 1_000_000;
    return {
      state: createLocalState({ now: () => now }),
      pass: async (ms) => {
        now += ms;
      },
      settle: () => new Promise((resolve) => setImmediate(resolve)),
    };
  });

  it('gives nothing and loses nothing when the clock goes back', async () => {
    let now = 1_000_000;
    const state = createLocalState({ now: () => now });
    const rule = { ratePerSecond: 1, burst: 2 };
    await state.takeTokens('b', rule);
    now -= 3_600_000;
    expect((await state.takeTokens('b', rule)).taken).toBe(true);
    expect(await state.takeTokens('b', rule)).toEqual({ taken: false, retryAfterMs: 1_000 });
  });
});
