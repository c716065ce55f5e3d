import { botSettings, DEFAULT_BOT_SETTINGS } from '../domain/bot-settings';
import { createBook } from '../domain/knowledge-book';
import { createMessageRules } from '../domain/message-rules';
import { createRanker } from '../domain/ranker';
import { think } from '../domain/think';
import { createBm25 } from './bm25';
import { readDemoKnowledge } from './demo-knowledge';
import { DEMO_QUESTIONS } from './demo-questions';
import { evaluate } from './evaluate';

const articles = readDemoKnowledge();
const book = createBook(articles);
const settings = botSettings();
const bot = { book, settings, rules: createMessageRules(settings), idOf: (name: string) => name };
const thinkOf = (text: string) =>
  think(bot, {
    messages: [{ role: 'customer', text }],
    locale: 'zh-CN',
    limits: { maxCharacters: 500, menu: false },
    dialogueState: '',
    now: 0,
  });

test('holds at least 50 articles with 4 to 8 variants and answers that fit an SMS turn', () => {
  expect(articles.length).toBeGreaterThanOrEqual(50);
  expect(new Set(articles.map((article) => article.name)).size).toBe(articles.length);
  for (const article of articles) {
    expect(article.variants.length).toBeGreaterThanOrEqual(4);
    expect(article.variants.length).toBeLessThanOrEqual(8);
    expect(article.answer.length).toBeLessThanOrEqual(500);
  }
});

test.each([
  ['物业费怎么交', 'property-fee-payment'],
  ['物业费怎么交？', 'property-fee-payment'],
  ['停车费多少钱一个月', 'parking-fee'],
  ['发票怎么开', 'invoice-issue'],
  ['退货要几天', 'return-deadline'],
  ['when will my order ship', 'shipping-time-en'],
  ['When will my order ship?', 'shipping-time-en'],
  ['衬衫啥时候发货', 'order-shipping-time'],
])('%s is answered with confidence', (text, articleName) => {
  const { actions, evidence } = thinkOf(text);
  expect(actions).toMatchObject([{ kind: 'reply', articleName }]);
  expect(evidence.questions[0]?.candidates[0]?.total).toBeGreaterThan(
    2 * DEFAULT_BOT_SETTINGS.thresholds.answer,
  );
});

test.each([
  '起诉',
  '今天天气怎么样',
  'what is the weather today',
  'quantum physics',
  '量子物理',
  'tell me a joke',
  '1',
  'asdfgh',
])('%s is not answered', (text) => {
  expect(thinkOf(text).actions).not.toMatchObject([{ kind: 'reply' }]);
});

test('most phrasings find their article by the others alone, without a look at themselves', () => {
  let right = 0;
  let all = 0;
  for (const language of ['zh', 'en']) {
    const own = articles
      .filter((article) => article.language === language)
      .map((article) => [article.question, ...article.variants].map(book.normalise));
    for (let left = 0; left < 9; left += 1) {
      const ranker = createRanker(
        own.map((phrasings) => ({ phrasings: phrasings.filter((_, i) => i !== left) })),
      );
      own.forEach((phrasings, article) => {
        const question = phrasings[left];
        if (question === undefined) return;
        all += 1;
        if (ranker.rank(question, 1)[0]?.article === article) right += 1;
      });
    }
  }
  expect(all).toBeGreaterThan(400);
  expect(right / all).toBeGreaterThan(0.7);
});

test('questions in other words: clearly better than BM25, precise where it answers', () => {
  const ours = evaluate(articles, DEMO_QUESTIONS, { locale: 'zh-CN', now: 0 });
  const phrasings = articles.flatMap((article) =>
    [article.question, ...article.variants].map((text) => ({ text, name: article.name })),
  );
  const bm25 = createBm25(phrasings.map((phrasing) => phrasing.text));
  const inScope = DEMO_QUESTIONS.filter((question) => question.articles.length > 0);
  const plain = inScope.filter((question) => {
    const scores = bm25.scores(question.text);
    const best = scores.indexOf(Math.max(...scores));
    return question.articles.includes(phrasings[best]?.name ?? '');
  }).length;
  expect(ours.top1).toBeGreaterThan(plain / inScope.length + 0.1);
  expect(ours.top1).toBeGreaterThan(0.85);
  expect(ours.auroc).toBeGreaterThan(0.95);
  expect(ours.answered.right / ours.answered.count).toBeGreaterThan(0.95);
  expect(ours.answered.count).toBeGreaterThan(inScope.length / 2);
});
