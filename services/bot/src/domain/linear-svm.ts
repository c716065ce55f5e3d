import type { SparseVector } from './search-index';

/** How a linear classifier learns. */
export interface SvmOptions {
  /** Cost of a wrong or close example. */
  cost: number;
  /** Passes over all examples at most. */
  passes: number;
  /** Ends earlier when no step in a pass was larger. */
  tolerance: number;
  /** How many times a positive example weighs; there are far more negative ones. */
  positiveWeight: number;
}

/** Chosen by cross-validation on BANKING77, CLINC150 and Chinese phrasings. */
export const SVM_OPTIONS: SvmOptions = { cost: 1, passes: 20, tolerance: 0.01, positiveWeight: 3 };

/** One class against the rest: a sum of examples, and a bias. The score of x is bias + Σ weight · <example, x>. */
export interface SvmClass {
  examples: Int32Array;
  weights: Float64Array;
  bias: number;
}

// A fixed sequence of pseudo-random numbers (mulberry32), so that learning is the same on every machine.
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function shuffle(order: Int32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
}

function dot(vector: SparseVector, weights: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.ids.length; i += 1) {
    sum += (vector.values[i] as number) * (weights[vector.ids[i] as number] as number);
  }
  return sum;
}

function addScaled(vector: SparseVector, scale: number, weights: Float64Array): void {
  for (let i = 0; i < vector.ids.length; i += 1) {
    const id = vector.ids[i] as number;
    weights[id] = (weights[id] as number) + scale * (vector.values[i] as number);
  }
}

interface Problem {
  vectors: readonly SparseVector[];
  /** Numbers of the examples to learn from. */
  examples: Int32Array;
  isPositive: (example: number) => boolean;
  options: SvmOptions;
  /** Squared length of each example with the constant 1 that carries the bias. */
  squares: Float64Array;
}

function squaredLength(vector: SparseVector): number {
  let sum = 1;
  for (const value of vector.values) sum += value * value;
  return sum;
}

/**
 * Learns one class against the rest by dual coordinate descent for the squared hinge loss (Hsieh et al. 2008,
 * algorithm 1, as in LIBLINEAR's -s 1).
 *
 * @param scratch zeros, one place a feature and one for the bias; zeros again when it returns
 */
function learnClass(problem: Problem, scratch: Float64Array): SvmClass {
  const { vectors, examples, isPositive, options, squares } = problem;
  const biasPlace = scratch.length - 1;
  const alphas = new Float64Array(examples.length);
  const order = Int32Array.from(examples.keys());
  const random = createRandom(examples.length);
  const step = (i: number): number => {
    const example = examples[i] as number;
    const vector = vectors[example] as SparseVector;
    const sign = isPositive(example) ? 1 : -1;
    const diagonal = 1 / (2 * options.cost * (sign > 0 ? options.positiveWeight : 1));
    const alpha = alphas[i] as number;
    const margin = dot(vector, scratch) + (scratch[biasPlace] as number);
    const gradient = sign * margin - 1 + diagonal * alpha;
    const next = Math.max(0, alpha - gradient / ((squares[example] as number) + diagonal));
    if (next === alpha) return 0;
    alphas[i] = next;
    addScaled(vector, (next - alpha) * sign, scratch);
    scratch[biasPlace] = (scratch[biasPlace] as number) + (next - alpha) * sign;
    return Math.abs(next - alpha);
  };
  for (let pass = 0; pass < options.passes; pass += 1) {
    shuffle(order, random);
    let largest = 0;
    for (const i of order) largest = Math.max(largest, step(i));
    if (largest < options.tolerance) break;
  }
  const bias = scratch[biasPlace] as number;
  scratch.fill(0);
  const supporting = [...alphas.keys()].filter((i) => (alphas[i] as number) > 0);
  return {
    examples: Int32Array.from(supporting, (i) => examples[i] as number),
    weights: Float64Array.from(
      supporting,
      (i) => (isPositive(examples[i] as number) ? 1 : -1) * (alphas[i] as number),
    ),
    bias,
  };
}

/**
 * Learns a linear classifier, one class a step, so that a caller may do other work in between.
 *
 * @param vectors examples, with `size` features in all
 * @param labels the class of each example, 0 to `classes` - 1
 * @param candidates the examples that a class is learnt from; default all
 * @returns the classes in order
 */
export function* learnSvm(
  data: { vectors: readonly SparseVector[]; size: number; labels: Int32Array; classes: number },
  options: SvmOptions = SVM_OPTIONS,
  candidates?: (label: number) => Int32Array,
): Generator<void, SvmClass[]> {
  const scratch = new Float64Array(data.size + 1);
  const all = Int32Array.from(data.vectors.keys());
  const squares = Float64Array.from(data.vectors, squaredLength);
  const learnt: SvmClass[] = [];
  for (let label = 0; label < data.classes; label += 1) {
    const isPositive = (example: number): boolean => data.labels[example] === label;
    const examples = candidates?.(label) ?? all;
    learnt.push(learnClass({ vectors: data.vectors, examples, isPositive, options, squares }, scratch));
    yield;
  }
  return learnt;
}
