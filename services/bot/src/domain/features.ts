import { readAsPinyin, syllableOf } from './pinyin';

/** What a text is made of, each feature with its count times the weight of its kind. */
export type Features = ReadonlyMap<string, number>;

/** The weight of each kind of feature. */
export interface FeatureWeights {
  word: number;
  character: number;
  characterPair: number;
  latinPair: number;
  latinGram: number;
  pinyin: number;
}

/** Chosen by cross-validation on phrasings; pinyin at half weight as a help against homophones. */
export const FEATURE_WEIGHTS: FeatureWeights = {
  word: 1,
  character: 1,
  characterPair: 1,
  latinPair: 0.5,
  latinGram: 0.7,
  pinyin: 0.5,
};

const RUN = /\p{Script=Han}+|[\p{L}\p{M}\p{N}']+?(?=\p{Script=Han}|[^\p{L}\p{M}\p{N}']|$)/gu;
const HAN_START = /^\p{Script=Han}/u;
const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

type Add = (feature: string, weight: number) => void;

function addHan(run: string, weights: FeatureWeights, add: Add): void {
  for (const { segment } of segmenter.segment(run)) if (segment.length > 1) add(`w${segment}`, weights.word);
  let before = '';
  let syllableBefore: string | undefined;
  for (const character of run) {
    add(`c${character}`, weights.character);
    if (before !== '') add(`d${before}${character}`, weights.characterPair);
    const syllable = syllableOf(character);
    if (syllable !== undefined && syllableBefore !== undefined)
      add(`p${syllableBefore} ${syllable}`, weights.pinyin);
    before = character;
    syllableBefore = syllable;
  }
}

function addLatin(words: readonly string[], weights: FeatureWeights, add: Add): void {
  let before = '^';
  for (const word of words) {
    add(`w${word}`, weights.word);
    add(`b${before} ${word}`, weights.latinPair);
    before = word;
    const padded = `<${word}>`;
    for (let i = 0; i + 3 <= padded.length; i += 1) {
      add(`g${padded.slice(i, i + 3)}`, weights.latinGram);
      if (i + 4 <= padded.length) add(`g${padded.slice(i, i + 4)}`, weights.latinGram);
    }
  }
}

function addTypedPinyin(syllables: readonly string[], weights: FeatureWeights, add: Add): void {
  for (let i = 1; i < syllables.length; i += 1) add(`p${syllables[i - 1]} ${syllables[i]}`, weights.pinyin);
}

/** Whether a feature is a pair of pinyin syllables. */
export const isPinyinFeature = (feature: string): boolean => feature.startsWith('p');

/**
 * Takes a normalised text apart: words (ICU's dictionary for Chinese), Han characters and pairs, pinyin pairs; Latin
 * words, word pairs and letter 3- and 4-grams. One text may hold both.
 *
 * @param normalised the result of a Normalise
 */
export function featuresOf(normalised: string, weights: FeatureWeights = FEATURE_WEIGHTS): Features {
  const features = new Map<string, number>();
  const add: Add = (feature, weight) => {
    if (weight > 0) features.set(feature, (features.get(feature) ?? 0) + weight);
  };
  const latin: string[] = [];
  for (const run of normalised.match(RUN) ?? []) {
    if (HAN_START.test(run)) addHan(run, weights, add);
    else latin.push(run);
  }
  const syllables = latin.length > 0 ? readAsPinyin(latin) : undefined;
  if (syllables === undefined) addLatin(latin, weights, add);
  else addTypedPinyin(syllables, weights, add);
  return features;
}
