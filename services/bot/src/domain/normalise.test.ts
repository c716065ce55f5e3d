import { createNormaliser, foldText, simplify } from './normalise';

const normalise = createNormaliser();

test.each([
  ['full width and case', 'ＨＥＬＬＯ　Ａ１', 'hello a1'],
  ['traditional characters', '發票怎麼開', '发票怎么开'],
  ['zero-width and direction marks', '发\u200b票\u202e怎么\ufeff开', '发票怎么开'],
  ['letters and marks repeated', '好好好好的!!!!', '好好的!'],
  ['lone surrogates and NUL', 'a\ud800b\u0000c', 'a b c'],
  ['curly apostrophes', 'don’t', "don't"],
])('foldText: %s', (_, text, folded) => {
  expect(foldText(text)).toBe(folded);
});

test('what is no traditional form stays', () => {
  expect(simplify('什么 hello 123 かな')).toBe('什么 hello 123 かな');
});

test.each([
  ['colloquial', '衬衫啥时候发货', '衬衫什么时候发货'],
  ['dialect', '这玩意咋肥事啊好几天不动弹', '商品怎么回事啊好几天没有更新'],
  ['homophone typos', '发漂怎么开', '发票怎么开'],
  ['polite words at both ends', '你好，请问一下发票怎么开呢？谢谢啦', '发票怎么开'],
  [
    'polite words in English',
    'Hello, could you please tell me when will my order ship? Thanks!',
    'when will my order ship',
  ],
  ['contractions and short forms', "pls tell me what's up w/ ur app", 'what is up w your app'],
  ['a short form only as a whole word', 'sure your user', 'sure your user'],
  ['nothing but politeness stays', '谢谢', '谢谢'],
  ['marks alone are nothing', '？！…', ''],
])('normaliser: %s', (_, text, normalised) => {
  expect(normalise(text)).toBe(normalised);
});

test('the longest phrase wins and none is replaced twice', () => {
  expect(
    createNormaliser([
      ['啥', '咋'],
      ['怎么', 'X'],
    ])('啥怎么'),
  ).toBe('咋X');
});

test("a tenant's rows win over those that ship", () => {
  expect(createNormaliser([['小哥', '骑手']])('小哥电话')).toBe('骑手电话');
});
