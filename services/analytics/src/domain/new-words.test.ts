import { newWords, type WordUse } from './new-words';

/** Numbers from 0 to 1 that are the same in every run. Source: mulberry32, Tommy Ettinger, public domain. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const perDay = 500;
const daysBefore = 28;
const totals = { now: perDay, before: perDay * daysBefore };

/** How many of so many conversations hold a word of such a share. */
function drawn(random: () => number, conversations: number, share: number): number {
  // From one that holds it to the next.
  const gap = (): number => Math.floor(Math.log(1 - random()) / Math.log(1 - share)) + 1;
  let count = 0;
  for (let at = gap(); at <= conversations; at += gap()) count += 1;
  return count;
}

/** A day like those before: 200 words, the k-th in 1/(k + 10) of all conversations. */
function quietDay(random: () => number): WordUse[] {
  return Array.from({ length: 200 }, (_, index) => {
    const share = 1 / (index + 10);
    return {
      word: `word-${index}`,
      now: drawn(random, totals.now, share),
      before: Math.round(share * totals.before),
    };
  });
}

test('a word that comes up is found, and nothing else', () => {
  const random = createRandom(1);
  const uses = quietDay(random);
  const leak = { word: '漏水', now: 25, before: 70 };
  const never = { word: 'recall', now: 8, before: 0 };
  expect(newWords([...uses, leak, never], totals).map(({ word }) => word)).toEqual(['漏水', 'recall']);
});

test('a hundred quiet days raise few false alarms', () => {
  const random = createRandom(2);
  const alarms = Array.from({ length: 100 }, () => newWords(quietDay(random), totals).length);
  // facts of the field: 0.3 to 0.4 a day without the least rise that is asked for here.
  expect(alarms.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(20);
});

test.each([
  ['in fewer than 5 conversations', { word: 'rare', now: 4, before: 0 }],
  ['more often, but not twice as often', { word: 'order', now: 300, before: 28 * 160 }],
  ['as often as before', { word: 'order', now: 50, before: 28 * 50 }],
  ['less often', { word: 'order', now: 5, before: 28 * 50 }],
])('a word is not new that came up %s', (_, use) => {
  expect(newWords([use], totals)).toEqual([]);
});

test('without days to compare with no word is new', () => {
  const use = { word: 'leak', now: 100, before: 0 };
  expect(newWords([use], { now: 100, before: 0 })).toEqual([]);
  expect(newWords([], { now: 0, before: 10 })).toEqual([]);
});
