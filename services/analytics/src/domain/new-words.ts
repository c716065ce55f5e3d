/** In how many conversations a word was, now and before. */
export interface WordUse {
  word: string;
  now: number;
  before: number;
}

/** How many conversations with words there were in all. */
export interface WordTotals {
  now: number;
  before: number;
}

/** False among those reported, on average. */
const falseShare = 0.05;
/** Fewer conversations are no trend. */
const fewest = 5;
/** A word that always came up and comes up a little more is not new. */
const leastRise = 2;

/**
 * Words that came up much more often than before: in at least 5 conversations, at least twice as often among all, and more
 * than chance explains (one-sided G², Benjamini-Hochberg over all words that were looked at).
 *
 * @param uses words with their conversations; those in too few are not looked at.
 * @param totals all conversations.
 * @returns the new ones, the strongest first; none where there is nothing to compare with.
 */
export function newWords(uses: readonly WordUse[], totals: WordTotals): WordUse[] {
  if (totals.now === 0 || totals.before === 0) return [];
  const tested = uses
    .filter(({ now }) => now >= fewest)
    .map((use) => ({ use, p: chance(use, totals) }))
    .sort((a, b) => a.p - b.p);
  const passed = tested.findLastIndex(({ p }, index) => p <= ((index + 1) / tested.length) * falseShare);
  return tested
    .slice(0, passed + 1)
    .map(({ use }) => use)
    .filter(({ now, before }) => now / totals.now >= leastRise * (before / totals.before));
}

/** How likely chance alone makes so much more of a word: the upper tail of the signed root of G². */
function chance({ now, before }: WordUse, totals: WordTotals): number {
  if (now / totals.now <= before / totals.before) return 1;
  return normalTail(Math.sqrt(likelihoodRatio({ now, before }, totals)));
}

/** G² of a table of two by two: with and without the word, now and before. Source: Dunning (1993). */
function likelihoodRatio(use: WordTotals, totals: WordTotals): number {
  const all = totals.now + totals.before;
  const cells = [
    { seen: use.now, total: totals.now, word: use.now + use.before },
    { seen: use.before, total: totals.before, word: use.now + use.before },
    { seen: totals.now - use.now, total: totals.now, word: all - use.now - use.before },
    { seen: totals.before - use.before, total: totals.before, word: all - use.now - use.before },
  ];
  const terms = cells.map(({ seen, total, word }) =>
    seen > 0 ? seen * Math.log((seen * all) / (total * word)) : 0,
  );
  return Math.max(0, 2 * terms.reduce((sum, term) => sum + term, 0));
}

/** Upper tail of the standard normal distribution, with an error below 1.2e-7. Source: Numerical Recipes, erfcc. */
function normalTail(z: number): number {
  const t = 1 / (1 + z / (2 * Math.SQRT2));
  const coefficients = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
    -0.82215223, 0.17087277,
  ];
  const sum = coefficients.reduceRight((value, coefficient) => value * t + coefficient, 0);
  return 0.5 * t * Math.exp((-z * z) / 2 + sum);
}
