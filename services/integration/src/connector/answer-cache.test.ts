import { createAnswerCache } from './answer-cache';

function openCache() {
  const clock = { ms: 0 };
  const cache = createAnswerCache<string>({ maximumEntries: 2, now: () => clock.ms });
  const asked: string[] = [];
  const get = (key: string, ttlMs = 1_000) =>
    cache.get(key, ttlMs, async () => {
      asked.push(key);
      return `${key}${asked.length}`;
    });
  return { clock, cache, asked, get };
}

test('an answer is used again for its time', async () => {
  const { clock, get } = openCache();
  expect([await get('a'), await get('a')]).toEqual(['a1', 'a1']);
  clock.ms = 1_000;
  expect(await get('a')).toBe('a2');
});

test('who asks at the same time waits for the same request, though nothing is kept', async () => {
  const { asked, get } = openCache();
  expect(await Promise.all([get('a', 0), get('a', 0), get('b', 0)])).toEqual(['a1', 'a1', 'b2']);
  expect(asked).toEqual(['a', 'b']);
  expect(await get('a', 0)).toBe('a3');
});

test('a failure is told to all who wait, and not kept', async () => {
  const { cache, get } = openCache();
  const fail = () => cache.get('a', 1_000, () => Promise.reject(new Error('away')));
  const [first, second] = await Promise.allSettled([fail(), fail()]);
  expect([first?.status, second?.status]).toEqual(['rejected', 'rejected']);
  expect(await get('a')).toBe('a1');
});

test('the oldest leaves for one more', async () => {
  const { asked, get } = openCache();
  for (const key of ['a', 'b', 'c', 'b', 'a']) await get(key);
  expect(asked).toEqual(['a', 'b', 'c', 'a']);
});
