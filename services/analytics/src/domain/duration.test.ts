import { durationLabel, percentileSeconds } from './duration';

const label = (ms: number): number => Number(durationLabel(new Date(0), new Date(ms)));

test.each([
  [84, 84],
  [999, 999],
  [1_001, 1_010],
  [30_000, 30_000],
  [125_000, 125_000],
  [86_404_000, 86_500_000],
  [999_500, 1_000_000],
  [0, 1],
  [-5_000, 1],
])('%d ms are kept as %d', (ms, kept) => {
  expect(label(ms)).toBe(kept);
});

test('what is kept is never shorter, and less than 1 %% longer', () => {
  for (let ms = 1; ms < 1e9; ms = Math.ceil(ms * 1.0137)) {
    expect(label(ms)).toBeGreaterThanOrEqual(ms);
    expect(label(ms)).toBeLessThan(ms * 1.01 + 1);
  }
});

test('percentiles are those of the nearest rank', () => {
  // 70 durations of 1 to 70 s: the 35th and the 63rd.
  const counts = new Map(Array.from({ length: 70 }, (_, index) => [(70 - index) * 1_000, 1]));
  expect([percentileSeconds(counts, 0.5), percentileSeconds(counts, 0.9)]).toEqual([35, 63]);
  const uneven = new Map([
    [1_000, 9],
    [60_000, 1],
  ]);
  expect([percentileSeconds(uneven, 0.5), percentileSeconds(uneven, 0.9)]).toEqual([1, 1]);
  expect(percentileSeconds(new Map(), 0.5)).toBe(0);
});
