import { featuresOf } from './features';
import { learnSvm, SVM_OPTIONS, type SvmClass } from './linear-svm';
import { createSearchIndex, type SearchIndex } from './search-index';

const TEXTS = [
  'red apple pie',
  'green apple juice',
  'fast red car',
  'slow green bus',
  'apple cake',
  'car and bus',
];
const LABELS = Int32Array.from([0, 0, 1, 1, 0, 1]);

function learn(index: SearchIndex, candidates?: (label: number) => Int32Array): SvmClass[] {
  const learning = learnSvm(
    { vectors: index.vectors, size: index.size, labels: LABELS, classes: 2 },
    SVM_OPTIONS,
    candidates,
  );
  let step = learning.next();
  while (!step.done) step = learning.next();
  return step.value;
}

function scores(index: SearchIndex, classes: SvmClass[], text: string): number[] {
  const cosines = new Float64Array(TEXTS.length);
  index.cosines(index.vectorOf(featuresOf(text)), cosines);
  return classes.map(({ examples, weights, bias }) =>
    examples.reduce((sum, example, i) => sum + (weights[i] ?? 0) * (cosines[example] ?? 0), bias),
  );
}

const index = createSearchIndex(TEXTS.map((text) => featuresOf(text)));

test('parts its examples, each on the right side', () => {
  const classes = learn(index);
  TEXTS.forEach((text, i) => {
    const own = scores(index, classes, text);
    expect(own[LABELS[i] ?? 0]).toBeGreaterThan(0);
    expect(own[1 - (LABELS[i] ?? 0)]).toBeLessThan(0);
  });
});

test('generalises to other words of a class', () => {
  const [fruit = 0, traffic = 0] = scores(index, learn(index), 'apple tart');
  expect(fruit).toBeGreaterThan(traffic);
});

test('learns the same each time', () => {
  expect(learn(index)).toEqual(learn(index));
});

test('may learn a class from some examples alone', () => {
  const [first] = learn(index, (label) => Int32Array.from(label === 0 ? [0, 2] : [2, 0]));
  expect([...(first?.examples ?? [])].every((example) => example === 0 || example === 2)).toBe(true);
});
