import { featuresOf } from './features';
import { createRanker } from './ranker';
import { createSearchIndex } from './search-index';

const index = createSearchIndex(
  ['发票怎么开', '退货怎么办理', 'when will it ship'].map((text) => featuresOf(text)),
);
const cosinesOf = (text: string): number[] => {
  const into = new Float64Array(3);
  index.cosines(index.vectorOf(featuresOf(text)), into);
  return [...into];
};

test('a text has cosine 1 with itself and 0 with what shares nothing', () => {
  const [invoice, , english] = cosinesOf('发票怎么开');
  expect(invoice).toBeCloseTo(1, 5);
  expect(english).toBe(0);
});

test('what is unknown lowers the cosine', () => {
  expect(cosinesOf('发票怎么开量子物理')[0]).toBeLessThan(0.9);
  expect(cosinesOf('宇宙飞船')).toEqual([0, 0, 0]);
});

test('scratch space does not carry over', () => {
  cosinesOf('发票怎么开');
  expect(cosinesOf('宇宙飞船')).toEqual([0, 0, 0]);
});

test('typed pinyin finds the characters', () => {
  const [invoice, goods] = cosinesOf('fapiao zenme kai');
  expect(invoice).toBeGreaterThan(0.6);
  expect(invoice).toBeGreaterThan(2 * (goods ?? 0));
});

test('features: words, characters and pairs; words, pairs and grams', () => {
  expect([...featuresOf('发票').keys()]).toEqual(['w发票', 'c发', 'c票', 'd发票', 'pfa piao']);
  expect([...featuresOf('to ship').keys()]).toEqual(
    expect.arrayContaining(['wto', 'wship', 'b^ to', 'bto ship', 'g<sh', 'g<shi', 'gip>']),
  );
});

const articles = [
  { phrasings: ['怎么申请退货', '退货流程是什么', '我要退货'] },
  { phrasings: ['退款多久到账', '什么时候能收到退款', '退款进度'] },
  { phrasings: ['发票怎么开', '电子发票在哪里下载', '开发票'] },
];

test('ranks the right article first, with both parts of the score', () => {
  const [best, second] = createRanker(articles).rank('退款怎么还没有到账', 3);
  expect(best?.article).toBe(1);
  expect(best?.total).toBeCloseTo((best?.retrieval ?? 0) + (best?.classifier ?? 0), 10);
  expect(best?.classifier).toBeGreaterThan(0);
  expect(second?.classifier).toBeLessThan(0);
});

test('a question that is asked again gives the same, as do many others in between', () => {
  const { rank } = createRanker(articles);
  const first = rank('退款多久到账', 3);
  for (let other = 0; other < 300; other += 1) rank(`发票 ${other}`, 1);
  expect(rank('退款多久到账', 3)).toEqual(first);
  expect(rank('退款多久到账', 3)).toEqual(first);
  expect(rank('退款多久到账', 1)).toEqual(first.slice(0, 1));
});

test('leaves out what is not allowed, and keeps to the limit', () => {
  const ranked = createRanker(articles).rank('退款多久到账', 2, (article) => article !== 1);
  expect(ranked.map((candidate) => candidate.article)).not.toContain(1);
  expect(ranked).toHaveLength(2);
});

test('explains a candidate by what it shares with the question', () => {
  const hits = createRanker(articles).explain('发票怎么开', 2, 50);
  expect(hits.map((hit) => hit.feature)).toContain('d发票');
  expect(hits.every((hit, i) => hit.score <= (hits[i - 1]?.score ?? 1))).toBe(true);
});

test('the same articles give the same scores', () => {
  const question = '退货退款开发票';
  expect(createRanker(articles).rank(question, 3)).toEqual(createRanker(articles).rank(question, 3));
});
