import { type Features, isPinyinFeature } from './features';

/** A text as feature numbers and weights; the weights' length is 1 if every feature is known, below it else. */
export interface SparseVector {
  ids: Int32Array;
  values: Float64Array;
  /** All its features are pinyin: it was typed so, and is compared with the pinyin of texts alone. */
  typedPinyin: boolean;
}

/** An inverted index of texts: TF-IDF vectors, and the cosine of a query with each of them. */
export interface SearchIndex {
  /** The vectors of the texts, in the order given. */
  readonly vectors: readonly SparseVector[];
  /** Number of different features. */
  readonly size: number;
  /** The vector of another text; unknown features count in its length as the rarest ones do. */
  vectorOf(features: Features): SparseVector;
  /** The cosine with each text, written to `into` (one place a text). */
  cosines(query: SparseVector, into: Float64Array): void;
  /** The names of features, for evidence. */
  nameOf(id: number): string;
}

const termWeight = (count: number): number => (count > 1 ? 1 + Math.log(count) : count);

function documentFrequencies(texts: readonly Features[]): Map<string, number> {
  const frequencies = new Map<string, number>();
  for (const text of texts) {
    for (const feature of text.keys()) frequencies.set(feature, (frequencies.get(feature) ?? 0) + 1);
  }
  return frequencies;
}

interface Vocabulary {
  ids: Map<string, number>;
  names: string[];
  weights: number[];
  unknownWeight: number;
}

// ln((1 + n) / (1 + df)) + 1, so that a feature of every text still counts a little.
const inverseFrequency = (texts: number, frequency: number): number =>
  Math.log((1 + texts) / (1 + frequency)) + 1;

function vocabularyOf(texts: readonly Features[]): Vocabulary {
  const names: string[] = [];
  const weights: number[] = [];
  const ids = new Map<string, number>();
  for (const [name, frequency] of documentFrequencies(texts)) {
    ids.set(name, names.length);
    names.push(name);
    weights.push(inverseFrequency(texts.length, frequency));
  }
  return { ids, names, weights, unknownWeight: inverseFrequency(texts.length, 0) };
}

function vectorise(vocabulary: Vocabulary, features: Features): SparseVector {
  const ids = new Int32Array(features.size);
  const values = new Float64Array(features.size);
  let known = 0;
  let squares = 0;
  let typedPinyin = features.size > 0;
  for (const [name, count] of features) {
    typedPinyin &&= isPinyinFeature(name);
    const id = vocabulary.ids.get(name);
    const weight = id === undefined ? vocabulary.unknownWeight : (vocabulary.weights[id] as number);
    const value = termWeight(count) * weight;
    squares += value * value;
    if (id === undefined) continue;
    ids[known] = id;
    values[known] = value;
    known += 1;
  }
  const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
  for (let i = 0; i < known; i += 1) values[i] = (values[i] as number) * scale;
  return { ids: ids.slice(0, known), values: values.slice(0, known), typedPinyin };
}

/** The length of the pinyin part of each vector; at least a fifth, so that a single pair is not taken for a match. */
function pinyinLengths(vectors: readonly SparseVector[], names: readonly string[]): Float64Array {
  return Float64Array.from(vectors, (vector) => {
    let squares = 0;
    vector.ids.forEach((id, i) => {
      if (isPinyinFeature(names[id] ?? '')) squares += (vector.values[i] as number) ** 2;
    });
    return Math.max(0.2, Math.sqrt(squares));
  });
}

interface Postings {
  /** Where the postings of feature f start; those of f end where f + 1 starts. */
  starts: Int32Array;
  texts: Int32Array;
  values: Float32Array;
}

function invert(vectors: readonly SparseVector[], size: number): Postings {
  const starts = new Int32Array(size + 1);
  for (const vector of vectors) for (const id of vector.ids) starts[id + 1] = (starts[id + 1] ?? 0) + 1;
  for (let id = 0; id < size; id += 1) starts[id + 1] = (starts[id + 1] ?? 0) + (starts[id] ?? 0);
  const next = starts.slice();
  const total = starts[size] ?? 0;
  const postings = { starts, texts: new Int32Array(total), values: new Float32Array(total) };
  vectors.forEach((vector, text) => {
    vector.ids.forEach((id, i) => {
      const place = next[id] ?? 0;
      next[id] = place + 1;
      postings.texts[place] = text;
      postings.values[place] = vector.values[i] ?? 0;
    });
  });
  return postings;
}

function addCosines(postings: Postings, query: SparseVector, into: Float64Array): void {
  for (let i = 0; i < query.ids.length; i += 1) {
    const id = query.ids[i] as number;
    const value = query.values[i] as number;
    const end = postings.starts[id + 1] as number;
    for (let place = postings.starts[id] as number; place < end; place += 1) {
      const text = postings.texts[place] as number;
      into[text] = (into[text] as number) + value * (postings.values[place] as number);
    }
  }
}

/**
 * Builds the index of some texts.
 *
 * @param texts their features; the n-th text keeps the number n
 */
export function createSearchIndex(texts: readonly Features[]): SearchIndex {
  const vocabulary = vocabularyOf(texts);
  const vectors = texts.map((text) => vectorise(vocabulary, text));
  const size = vocabulary.names.length;
  const postings = invert(vectors, size);
  const pinyin = pinyinLengths(vectors, vocabulary.names);
  return {
    vectors,
    size,
    vectorOf: (features) => vectorise(vocabulary, features),
    cosines(query, into) {
      into.fill(0);
      addCosines(postings, query, into);
      if (!query.typedPinyin) return;
      for (let text = 0; text < into.length; text += 1)
        into[text] = (into[text] as number) / (pinyin[text] as number);
    },
    nameOf: (id) => vocabulary.names[id] ?? '',
  };
}
