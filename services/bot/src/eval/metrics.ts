/** One graded question: whether an answer exists, whether the first and one of the first three are right, the score. */
export interface GradedQuestion {
  inScope: boolean;
  top1: boolean;
  top3: boolean;
  /** Score of the first candidate. */
  score: number;
}

/** Chance that a question with an answer scores higher than one without; NaN where either kind is missing. */
export function areaUnderRoc(graded: readonly GradedQuestion[]): number {
  const inside = graded.filter((question) => question.inScope);
  const outside = graded.filter((question) => !question.inScope);
  let wins = 0;
  for (const a of inside)
    for (const b of outside) wins += a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0;
  return wins / (inside.length * outside.length);
}

const byScore = (a: GradedQuestion, b: GradedQuestion): number => b.score - a.score;

/** The lowest threshold at which the answered questions reach a precision; Infinity where none does. */
export function thresholdForPrecision(graded: readonly GradedQuestion[], precision: number): number {
  let threshold = Number.POSITIVE_INFINITY;
  let right = 0;
  [...graded].sort(byScore).forEach((question, i, sorted) => {
    if (question.top1) right += 1;
    const last = sorted[i + 1]?.score !== question.score;
    if (last && right / (i + 1) >= precision) threshold = question.score;
  });
  return threshold;
}

/** Share of the questions with an answer that are answered rightly at a threshold, and the precision of what is answered. */
export function coverageAt(
  graded: readonly GradedQuestion[],
  threshold: number,
): { coverage: number; precision: number } {
  const answered = graded.filter((question) => question.score >= threshold);
  const right = answered.filter((question) => question.top1).length;
  const inside = graded.filter((question) => question.inScope).length;
  return {
    coverage: inside === 0 ? 0 : right / inside,
    precision: answered.length === 0 ? 1 : right / answered.length,
  };
}

/** Two-fold: the threshold is chosen on every other question and applied to the rest, both ways. */
export function coverageAtPrecision(
  graded: readonly GradedQuestion[],
  precision: number,
): { coverage: number; precision: number } {
  const halves = [0, 1].map((half) => graded.filter((_, i) => i % 2 === half));
  const [even = [], odd = []] = halves;
  const kept = [
    ...odd.map((question) => ({
      ...question,
      answered: question.score >= thresholdForPrecision(even, precision),
    })),
    ...even.map((question) => ({
      ...question,
      answered: question.score >= thresholdForPrecision(odd, precision),
    })),
  ];
  return coverageAt(
    kept.map((question) => ({ ...question, score: question.answered ? 1 : 0 })),
    1,
  );
}
