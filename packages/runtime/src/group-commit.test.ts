import { isAppError } from '@omnigate/errors';
import { groupCommit } from './group-commit';

/** A flush that a test lets go, one group at a time. */
function gated<Item>() {
  const groups: Item[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const arrivals: (() => void)[] = [];
  const flush = async (items: Item[]): Promise<string[]> => {
    const gate = Promise.withResolvers<void>();
    groups.push(items);
    gates.push(gate);
    for (const arrived of arrivals.splice(0)) arrived();
    await gate.promise;
    return items.map((item) => `done ${String(item)}`);
  };
  const arrived = async (count: number) => {
    while (groups.length < count) await new Promise<void>((resolve) => arrivals.push(resolve));
  };
  return { groups, gates, flush, arrived };
}

const codeOf = (settled: PromiseSettledResult<unknown>) =>
  settled.status === 'rejected' && isAppError(settled.reason) ? settled.reason.code : settled.status;

describe('groupCommit', () => {
  it('flushes what comes together as one group, and gives each its result', async () => {
    const groups: number[][] = [];
    const commit = groupCommit<number, number>({
      maxPending: 100,
      flush: async (items) => {
        groups.push(items);
        return items.map((item) => item * 2);
      },
    });
    expect(await Promise.all([1, 2, 3].map((item) => commit.add(item)))).toEqual([2, 4, 6]);
    expect(groups).toEqual([[1, 2, 3]]);
  });

  it('makes the next group of what arrives while a flush is under way, one flush at a time', async () => {
    const { groups, gates, flush, arrived } = gated<number>();
    const commit = groupCommit({ maxPending: 100, flush });
    const first = commit.add(1);
    await arrived(1);
    const rest = [2, 3, 4].map((item) => commit.add(item));
    await new Promise((resolve) => setImmediate(resolve));
    expect(groups).toEqual([[1]]);
    gates[0]?.resolve();
    expect(await first).toBe('done 1');
    await arrived(2);
    gates[1]?.resolve();
    expect(await Promise.all(rest)).toEqual(['done 2', 'done 3', 'done 4']);
    expect(groups).toEqual([[1], [2, 3, 4]]);
  });

  it('rejects exactly the items of a flush that fails, and goes on', async () => {
    const failure = new Error('no');
    const commit = groupCommit<number, void>({
      maxPending: 100,
      maxItems: 2,
      flush: async (items) => {
        if (items.includes(2)) throw failure;
      },
    });
    const settled = await Promise.allSettled([1, 2, 3, 4].map((item) => commit.add(item)));
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
  });

  it('rejects a flush that gives another number of results', async () => {
    const commit = groupCommit<number, number>({ maxPending: 10, flush: async () => [1] });
    const settled = await Promise.allSettled([commit.add(1), commit.add(2)]);
    expect(settled.map(codeOf)).toEqual(['INTERNAL', 'INTERNAL']);
  });

  it('takes of all tenants in turn, in order within each', async () => {
    const { groups, gates, flush, arrived } = gated<string>();
    const commit = groupCommit<string, string>({
      maxPending: 1_000,
      maxItems: 4,
      tenantOf: (item) => item[0] as string,
      flush,
    });
    const all = [...Array.from({ length: 8 }, (_, index) => `a${index}`), 'b0', 'b1', 'c0'].map((item) =>
      commit.add(item),
    );
    for (let group = 1; group <= 3; group += 1) {
      await arrived(group);
      gates[group - 1]?.resolve();
    }
    await Promise.all(all);
    expect(groups).toEqual([
      ['a0', 'b0', 'c0', 'a1'],
      ['b1', 'a2', 'a3', 'a4'],
      ['a5', 'a6', 'a7'],
    ]);
  });

  it('refuses what is too much, that of the tenant which has the most first', async () => {
    const { gates, flush, arrived } = gated<string>();
    const commit = groupCommit<string, string>({
      maxPending: 4,
      tenantOf: (item) => item[0] as string,
      flush,
    });
    const first = commit.add('x0');
    await arrived(1);
    const flood = Promise.allSettled(['a0', 'a1', 'a2', 'a3', 'a4'].map((item) => commit.add(item)));
    const other = Promise.allSettled(['b0', 'b1', 'b2'].map((item) => commit.add(item)));
    gates[0]?.resolve();
    await first;
    await arrived(2);
    gates[1]?.resolve();
    expect((await flood).map(codeOf)).toEqual([
      'fulfilled',
      'fulfilled',
      'OVERLOADED',
      'OVERLOADED',
      'OVERLOADED',
    ]);
    expect((await other).map(codeOf)).toEqual(['fulfilled', 'fulfilled', 'OVERLOADED']);
  });

  it('drains', async () => {
    const done: number[] = [];
    const commit = groupCommit<number, void>({
      maxPending: 100,
      maxItems: 1,
      flush: async (items) => {
        await new Promise((resolve) => setImmediate(resolve));
        done.push(...items);
      },
    });
    await commit.drain();
    const all = [1, 2, 3].map((item) => commit.add(item));
    await commit.drain();
    expect(done).toEqual([1, 2, 3]);
    await Promise.all(all);
  });

  it('lets a lone item go at once, and the next wait for company since the last flush began', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    const { groups, gates, flush, arrived } = gated<number>();
    // However busy the process is that tests.
    const pace = { lingerMs: (ms: number) => ms };
    const commit = groupCommit({ maxPending: 100, lingerMs: 50, pace, flush });
    const first = commit.add(1);
    await arrived(1);
    jest.advanceTimersByTime(20);
    gates[0]?.resolve();
    await first;
    const second = commit.add(2);
    jest.advanceTimersByTime(29);
    const third = commit.add(3);
    await new Promise((resolve) => setImmediate(resolve));
    expect(groups).toEqual([[1]]);
    jest.advanceTimersByTime(1);
    await arrived(2);
    gates[1]?.resolve();
    await Promise.all([second, third]);
    expect(groups).toEqual([[1], [2, 3]]);
    jest.useRealTimers();
  });
});
