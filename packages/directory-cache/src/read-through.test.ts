import { AppError } from '@omnigate/errors';
import { createReadThrough } from './read-through';

const setUp = (o: { maximumEntries?: number; ttlMs?: number } = {}) => {
  const clock = { ms: 0 };
  const store = new Map<string, string>();
  const loads: string[] = [];
  let gate: Promise<void> = Promise.resolve();
  const cache = createReadThrough<string>({
    async load(key) {
      loads.push(key);
      const value = store.get(key);
      await gate;
      if (value === undefined) throw new AppError('NOT_FOUND');
      return value;
    },
    maximumEntries: 3,
    negativeTtlMs: 1000,
    now: () => clock.ms,
    ...o,
  });
  const close = () => {
    let open = (): void => undefined;
    gate = new Promise((resolve) => {
      open = resolve;
    });
    return () => open();
  };
  return { cache, clock, store, loads, close };
};

test('reads once and keeps', async () => {
  const { cache, store, loads } = setUp();
  store.set('a', '1');
  expect(cache.peek('a')).toBeUndefined();
  expect(await cache.get('a')).toBe('1');
  expect(await cache.get('a')).toBe('1');
  expect(cache.peek('a')).toBe('1');
  expect(loads).toEqual(['a']);
});

test('many at once share one read', async () => {
  const { cache, store, loads } = setUp();
  store.set('a', '1');
  expect(await Promise.all([cache.get('a'), cache.get('a'), cache.get('a')])).toEqual(['1', '1', '1']);
  expect(loads).toEqual(['a']);
});

test('believes an absence for a short time only', async () => {
  const { cache, clock, store, loads } = setUp();
  expect(await cache.get('a')).toBeUndefined();
  store.set('a', '1');
  clock.ms = 999;
  expect(await cache.get('a')).toBeUndefined();
  clock.ms = 1000;
  expect(await cache.get('a')).toBe('1');
  expect(loads).toEqual(['a', 'a']);
});

test('forgets, and does not keep what was being read when it had to forget', async () => {
  const { cache, store, close } = setUp();
  store.set('a', 'old');
  const open = close();
  const early = cache.get('a');
  store.set('a', 'new');
  cache.forget('a');
  const late = cache.get('a');
  open();
  expect(await early).toBe('old');
  expect(await late).toBe('new');
  expect(cache.peek('a')).toBe('new');
});

test('stays within its bound, absences counted', async () => {
  const { cache, store } = setUp();
  for (const key of ['a', 'b', 'c', 'd']) store.set(key, key);
  for (const key of ['a', 'b', 'c', 'd']) await cache.get(key);
  expect(cache.peek('a')).toBeUndefined();
  expect(['b', 'c', 'd'].map(cache.peek)).toEqual(['b', 'c', 'd']);
  for (const key of ['x', 'y', 'z']) await cache.get(key);
  expect(['b', 'c', 'd'].map(cache.peek)).toEqual([undefined, undefined, undefined]);
});

test('throws other errors to who asked and keeps nothing', async () => {
  let fails = true;
  const cache = createReadThrough<string>({
    load: async () => {
      if (fails) throw new AppError('UNAVAILABLE');
      return 'ok';
    },
    maximumEntries: 3,
    negativeTtlMs: 1000,
    now: () => 0,
  });
  await expect(cache.get('a')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  fails = false;
  expect(await cache.get('a')).toBe('ok');
});

test('lets values expire where it is told to', async () => {
  const { cache, clock, store } = setUp({ ttlMs: 5000 });
  store.set('a', '1');
  await cache.get('a');
  store.set('a', '2');
  clock.ms = 4999;
  expect(await cache.get('a')).toBe('1');
  clock.ms = 5000;
  expect(await cache.get('a')).toBe('2');
});
