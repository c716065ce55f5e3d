import { featuresOf } from './features';
import { learnSvm, type SvmClass } from './linear-svm';
import { createSearchIndex, type SearchIndex, type SparseVector } from './search-index';

/** One article with its phrasings, normalised. */
export interface RankedArticle {
  phrasings: readonly string[];
}

/** How well an article fits a question. */
export interface Candidate {
  /** Number of the article, in the order given. */
  article: number;
  /** 0.6 of the best phrasing's cosine and 0.4 of the second best's; 0 to 1. */
  retrieval: number;
  /** The classifier's margin; about -1 (not this one) to 1 (this one). */
  classifier: number;
  /** Their sum, by which candidates are ordered. */
  total: number;
}

/** Which features spoke for a candidate. */
export interface FeatureHit {
  feature: string;
  score: number;
}

/** Ranks the articles of one language for a question. */
export interface Ranker {
  /**
   * @param normalised the question
   * @param allowed whether an article may be used, by its number
   * @returns the best candidates, best first
   */
  rank(
    normalised: string,
    limit: number,
    allowed?: (article: number) => boolean,
  ): readonly Readonly<Candidate>[];
  /** The features that make up a candidate's best phrasing's cosine, strongest first. */
  explain(normalised: string, article: number, limit: number): FeatureHit[];
}

const BEST_SHARE = 0.6;
/** A bound on examples × classes; above it a class is learnt from its nearest neighbours only. */
const FULL_TRAINING_LIMIT = 1_000_000;
const NEIGHBOURS = 400;

interface Model {
  index: SearchIndex;
  labels: Int32Array;
  /** Phrasings of article a: from starts[a] to starts[a + 1]. */
  starts: Int32Array;
  classes: SvmClass[];
}

function retrievalScore(cosines: Float64Array, from: number, to: number): number {
  let best = 0;
  let second = 0;
  for (let i = from; i < to; i += 1) {
    const cosine = cosines[i] as number;
    if (cosine > best) {
      second = best;
      best = cosine;
    } else if (cosine > second) second = cosine;
  }
  if (to - from === 1) second = best;
  return BEST_SHARE * best + (1 - BEST_SHARE) * second;
}

function classifierScore(svm: SvmClass, cosines: Float64Array): number {
  let score = svm.bias;
  for (let i = 0; i < svm.examples.length; i += 1) {
    score += (svm.weights[i] as number) * (cosines[svm.examples[i] as number] as number);
  }
  return score;
}

function nearestExamples(model: Omit<Model, 'classes'>, label: number): Int32Array {
  const nearest = new Float64Array(model.labels.length);
  const cosines = new Float64Array(model.labels.length);
  for (let own = model.starts[label] as number; own < (model.starts[label + 1] as number); own += 1) {
    model.index.cosines(model.index.vectors[own] as SparseVector, cosines);
    cosines.forEach((cosine, i) => {
      if (cosine > (nearest[i] as number)) nearest[i] = cosine;
    });
  }
  const order = Int32Array.from(nearest.keys());
  order.sort((a, b) => (nearest[b] as number) - (nearest[a] as number) || a - b);
  return order.slice(0, NEIGHBOURS);
}

function scoreOf(model: Model, article: number, cosines: Float64Array): Candidate {
  const from = model.starts[article] as number;
  const retrieval = retrievalScore(cosines, from, model.starts[article + 1] as number);
  const classifier = classifierScore(model.classes[article] as SvmClass, cosines);
  return { article, retrieval, classifier, total: retrieval + classifier };
}

/** Puts a candidate into a short list that is kept best first. */
function insert(best: Candidate[], candidate: Candidate, limit: number): void {
  if (best.length === limit && (best[limit - 1] as Candidate).total >= candidate.total) return;
  const place = best.findIndex((other) => other.total < candidate.total);
  best.splice(place === -1 ? best.length : place, 0, candidate);
  if (best.length > limit) best.pop();
}

function bestPhrasing(model: Model, article: number, cosines: Float64Array): SparseVector {
  let best = model.starts[article] as number;
  for (let i = best; i < (model.starts[article + 1] as number); i += 1) {
    if ((cosines[i] as number) > (cosines[best] as number)) best = i;
  }
  return model.index.vectors[best] as SparseVector;
}

/** Long texts are said once. */
const KEPT_CHARACTERS = 64;
const KEPT_QUESTIONS = 256;
const KEPT_CANDIDATES = 16;

/** Most questions are asked again and again: what they gave is kept, of those that were asked last. */
function rememberRanked(rank: (normalised: string) => Candidate[]): (normalised: string) => Candidate[] {
  const kept = new Map<string, Candidate[]>();
  return (normalised) => {
    if (normalised.length > KEPT_CHARACTERS) return rank(normalised);
    const known = kept.get(normalised);
    const ranked = known ?? rank(normalised);
    if (known) kept.delete(normalised);
    else if (kept.size >= KEPT_QUESTIONS) kept.delete(kept.keys().next().value ?? '');
    kept.set(normalised, ranked);
    return ranked;
  };
}

function rankerOf(model: Model): Ranker {
  const cosines = new Float64Array(model.labels.length);
  const compare = (normalised: string): SparseVector => {
    const query = model.index.vectorOf(featuresOf(normalised));
    model.index.cosines(query, cosines);
    return query;
  };
  const rank = (normalised: string, limit: number, allowed?: (article: number) => boolean): Candidate[] => {
    compare(normalised);
    const best: Candidate[] = [];
    for (let article = 0; article < model.classes.length; article += 1) {
      if (allowed === undefined || allowed(article)) insert(best, scoreOf(model, article, cosines), limit);
    }
    return best;
  };
  const remembered = rememberRanked((normalised) => rank(normalised, KEPT_CANDIDATES));
  return {
    // Who may be told what changes with the time: that is looked at anew.
    rank: (normalised, limit, allowed) =>
      allowed === undefined && limit <= KEPT_CANDIDATES
        ? remembered(normalised).slice(0, limit)
        : rank(normalised, limit, allowed),
    explain(normalised, article, limit) {
      const query = compare(normalised);
      return hitsOf(model.index, query, bestPhrasing(model, article, cosines)).slice(0, limit);
    },
  };
}

function hitsOf(index: SearchIndex, query: SparseVector, phrasing: SparseVector): FeatureHit[] {
  const weights = new Map<number, number>();
  phrasing.ids.forEach((id, i) => {
    weights.set(id, phrasing.values[i] as number);
  });
  const hits: FeatureHit[] = [];
  query.ids.forEach((id, i) => {
    const weight = weights.get(id);
    if (weight !== undefined)
      hits.push({ feature: index.nameOf(id), score: weight * (query.values[i] as number) });
  });
  return hits.sort((a, b) => b.score - a.score || (a.feature < b.feature ? -1 : 1));
}

/**
 * Builds the ranker of some articles, yielding often, so that a caller may do other work in between.
 *
 * @param articles each with at least one phrasing
 * @returns the ranker; it keeps one scratch array and so serves one question at a time
 */
export function* buildRanker(articles: readonly RankedArticle[]): Generator<void, Ranker> {
  const starts = Int32Array.from([0, ...articles.keys()], () => 0);
  articles.forEach((article, i) => {
    starts[i + 1] = (starts[i] as number) + article.phrasings.length;
  });
  const labels = Int32Array.from(articles.flatMap((article, i) => article.phrasings.map(() => i)));
  const index = createSearchIndex(
    articles.flatMap((article) => article.phrasings.map((text) => featuresOf(text))),
  );
  yield;
  const base = { index, labels, starts };
  const wide = labels.length * articles.length > FULL_TRAINING_LIMIT;
  const classes = yield* learnSvm(
    { vectors: index.vectors, size: index.size, labels, classes: articles.length },
    undefined,
    wide ? (label) => nearestExamples(base, label) : undefined,
  );
  return rankerOf({ ...base, classes });
}

/** Runs buildRanker to its end. */
export function createRanker(articles: readonly RankedArticle[]): Ranker {
  const building = buildRanker(articles);
  let step = building.next();
  while (!step.done) step = building.next();
  return step.value;
}
