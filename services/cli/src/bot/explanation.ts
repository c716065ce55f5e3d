import { layTable } from '../output/table';
import type { Candidate, Evidence } from './evidence';

/** Kinds of features by the letter before them. */
const featureKinds: Readonly<Record<string, string>> = {
  w: 'word',
  c: 'character',
  d: 'pair',
  b: 'words',
  g: 'letters',
  p: 'pinyin',
};

const shownFeatures = 3;

/** `d物业` shows as `物业 (pair)`. */
function featureName(feature: string): string {
  const kind = featureKinds[feature[0] ?? ''];
  return kind === undefined ? feature : `${feature.slice(1)} (${kind})`;
}

const featuresOf = ({ features = [], found_by: found }: Candidate): string =>
  [
    ...(found === undefined ? [] : [`asks the same as ${found}`]),
    ...features
      .slice(0, shownFeatures)
      .map(({ feature, score }) => `${featureName(feature)} ${score.toFixed(2)}`),
  ].join(', ');

const score = (value: number): string => value.toFixed(3);

const columns = [
  { title: 'ARTICLE', cell: ({ article_name }: Candidate) => article_name },
  { title: 'SCORE', cell: ({ total }: Candidate) => score(total) },
  { title: 'RETRIEVAL', cell: ({ retrieval }: Candidate) => score(retrieval) },
  { title: 'CLASSIFIER', cell: ({ classifier }: Candidate) => score(classifier) },
  { title: 'WHY', cell: featuresOf },
];

/** What the thresholds made of a question. */
function verdict(candidates: readonly Candidate[], decision: string, { thresholds }: Evidence): string {
  const [first, second] = candidates;
  if (!first) return `no candidate: ${decision}`;
  const lead = second ? ` and leads the second by ${score(first.total - second.total)}` : '';
  const rule = `answers from ${thresholds.answer} with a lead of ${thresholds.lead}, asks back from ${thresholds.clarify}`;
  return `the first has ${score(first.total)}${lead}; the bot ${rule}: ${decision}`;
}

/**
 * Explains an answer to a person.
 *
 * @param evidence of the answer.
 * @returns lines without a line break at the end.
 */
export function explanationOf(evidence: Evidence): string[] {
  const questions = evidence.questions.flatMap(({ text, candidates, decision }) => {
    const table = candidates.length === 0 ? [] : layTable(columns, candidates).map((row) => `  ${row}`);
    return ['', `Question: ${text}`, ...table, `  ${verdict(candidates, decision, evidence)}`];
  });
  return [
    `Decision: ${evidence.decision}`,
    `Language: ${evidence.language || 'not known'}`,
    `Rules that matched: ${evidence.rules.join(', ') || 'none'}`,
    ...questions,
  ];
}
