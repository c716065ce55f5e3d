import { readDemoKnowledge } from '../eval/demo-knowledge';
import { type Action, type BotResult, PERSON_OPTION } from './bot-result';
import { type BotSettings, botSettings } from './bot-settings';
import { type BookArticle, createBook } from './knowledge-book';
import { createMessageRules } from './message-rules';
import { think } from './think';
import { type Bot, NOTICE_ROOM } from './turn';
import type { TurnInput, Utterance } from './turn-input';

function createBot(articles: readonly BookArticle[], given: Partial<BotSettings> = {}): Bot {
  const settings = botSettings(given);
  return {
    book: createBook(articles, given),
    settings,
    rules: createMessageRules(settings),
    idOf: (name) => `id:${name}`,
  };
}

const demo = readDemoKnowledge();
const bot = createBot(demo);
const customer = (text: string): Utterance => ({ role: 'customer', text });
const turn = (texts: readonly string[], o: Partial<TurnInput> = {}, own = bot): BotResult =>
  think(own, {
    messages: texts.map(customer),
    locale: 'zh-CN',
    limits: { maxCharacters: 500, menu: false },
    dialogueState: '',
    now: 1_700_000_000_000,
    ...o,
  });
const actionOf = (result: BotResult) => result.actions[0];
const textOf = (action: Action | undefined) => (action && 'text' in action ? action.text : undefined);
const unclear = '物业费';

describe('articles that ask the same', () => {
  const own = (name: string, more: Partial<BookArticle> = {}): BookArticle => ({
    name,
    language: 'zh',
    audience: 'everyone',
    question: '泳池几点开放？',
    variants: ['游泳池开放时间'],
    answer: `${name} 的答案`,
    handling: 'answer',
    ...more,
  });
  const asked = (articles: readonly BookArticle[], o: Partial<TurnInput> = {}) =>
    turn(['游泳池几点开放'], { explain: true, ...o }, createBot([...demo, ...articles]));
  const answered = (articles: readonly BookArticle[], o: Partial<TurnInput> = {}) => {
    const action = actionOf(asked(articles, o));
    return action?.kind === 'reply' ? action.articleName : action?.kind;
  };

  test('are answered by the one written last, and shown as one', () => {
    const result = asked([
      own('old', { variants: ['游泳池几点开放'] }),
      own('new', { question: ' 泳池几点开放? ' }),
    ]);
    expect(actionOf(result)).toMatchObject({ kind: 'reply', articleName: 'new' });
    const [first, ...others] = result.evidence.questions[0]?.candidates ?? [];
    expect(first).toMatchObject({ articleName: 'new', foundBy: 'old' });
    expect(others.map(({ articleName }) => articleName)).not.toContain('old');
  });

  test('give way to the one for these people, and for this time', () => {
    const now = Date.UTC(2026, 6, 1);
    const summer = own('summer', { valid_from: '2026-06-01T00:00:00Z', valid_until: '2026-09-01T00:00:00Z' });
    const staff = own('staff', { audience: 'staff' });
    const all = [staff, summer, own('always')];
    expect(answered(all, { now })).toBe('summer');
    expect(answered(all, { now: Date.UTC(2026, 10, 1) })).toBe('always');
    expect(answered(all, { now, audience: 'staff' })).toBe('staff');
  });

  test('are offered once where the bot asks back', () => {
    const bot = createBot([...demo, ...demo.map((article) => ({ ...article, name: `${article.name}-2` }))]);
    const action = actionOf(turn([unclear], {}, bot));
    const labels = action?.kind === 'clarify' ? action.options.map(({ label }) => label) : [];
    expect(labels.length).toBeGreaterThan(2);
    expect(new Set(labels).size).toBe(labels.length);
  });
});

describe('answers', () => {
  test('with the article, its id, evidence and memory', () => {
    const result = turn(['物业费怎么交？'], { explain: true });
    expect(result.actions).toHaveLength(1);
    expect(actionOf(result)).toMatchObject({
      kind: 'reply',
      articleName: 'property-fee-payment',
      articleId: 'id:property-fee-payment',
      text: demo.find((article) => article.name === 'property-fee-payment')?.answer,
    });
    expect(result.evidence).toMatchObject({ language: 'zh', decision: 'reply', rules: [] });
    const [candidate] = result.evidence.questions[0]?.candidates ?? [];
    expect(candidate?.features?.map((hit) => hit.feature)).toContain('w物业');
    expect(result.unresolved).toBeUndefined();
    expect(turn(['物业费怎么交？']).evidence.questions[0]?.candidates[0]?.features).toBeUndefined();
  });

  test('several questions of one message, and of several, in one reply within the limit', () => {
    const names = ['invoice-issue', 'return-deadline'];
    expect(actionOf(turn(['发票怎么开？退货要几天？']))).toMatchObject({
      kind: 'reply',
      articleNames: names,
    });
    expect(actionOf(turn(['发票怎么开，退货要几天']))).toMatchObject({ kind: 'reply', articleNames: names });
    const both = actionOf(turn(['发票怎么开', '退货要几天']));
    expect(both).toMatchObject({ kind: 'reply', articleNames: names });
    expect(both?.kind === 'reply' && both.text.length).toBeLessThanOrEqual(500);
  });

  test('one question over several messages', () => {
    expect(actionOf(turn(['你好', '我的订单', '什么时候发货']))).toMatchObject({
      articleName: 'order-shipping-time',
    });
  });

  test('what it can not answer beside what it can is said and recorded', () => {
    const result = turn(['发票怎么开？量子物理是什么？']);
    expect(actionOf(result)).toMatchObject({ kind: 'reply', articleNames: ['invoice-issue'] });
    expect(actionOf(result)).toMatchObject({ text: expect.stringContaining('量子物理是什么？') });
    expect(result.unresolved).toEqual({ question: '量子物理是什么？', language: 'zh' });
  });

  test('the same text twice in one turn once', () => {
    expect(actionOf(turn(['物业费怎么交', '物业费怎么交？']))).toMatchObject({
      articleNames: ['property-fee-payment'],
    });
  });

  test("in the language of the customer's last telling message, whatever the locale", () => {
    expect(actionOf(turn(['when will my order ship']))).toMatchObject({ articleName: 'shipping-time-en' });
    expect(actionOf(turn(['发票怎么开'], { locale: 'en-US' }))).toMatchObject({
      articleName: 'invoice-issue',
    });
  });

  test('articles of another language are not used', () => {
    const own = createBot(demo.filter((article) => article.language === 'zh'));
    const action = actionOf(turn(['when will my order ship'], {}, own));
    expect(action).toMatchObject({ kind: 'hand_over', reason: 'NO_ANSWER', language: 'en' });
    expect(action?.kind === 'hand_over' && action.notice).toMatch(/colleague/);
  });

  test('who writes a language that the bot does not speak is handed over in the language of its notice', () => {
    const action = actionOf(turn(['こんにちは、停車場の料金は？']));
    expect(action).toMatchObject({ kind: 'hand_over', language: 'en' });
    expect(action?.kind === 'hand_over' && action.notice).toMatch(/colleague/);
  });

  test('nothing longer than the limit', () => {
    for (const text of ['物业费怎么交', '转人工', unclear, '你好', '发票怎么开？退货要几天？']) {
      for (const menu of [true, false]) {
        const action = actionOf(turn([text], { limits: { maxCharacters: 60, menu } }));
        const said = action?.kind === 'hand_over' ? action.notice : textOf(action);
        expect(said?.length).toBeLessThanOrEqual(60);
      }
    }
  });
});

describe('audience and validity', () => {
  const base = { language: 'zh', handling: 'answer' as const, variants: ['会员折扣多少', '会员打几折'] };
  const own = createBot([
    { ...base, name: 'staff', audience: 'staff', question: '会员有什么折扣', answer: '内部' },
    {
      ...base,
      name: 'sale',
      audience: 'everyone',
      question: '双十一活动什么时候',
      variants: ['双十一几点开始', '双十一有活动吗'],
      answer: '今晚',
      valid_from: '2024-11-01T00:00:00+08:00',
      valid_until: '2024-11-12T00:00:00+08:00',
    },
  ]);

  test('an article for an audience is for it alone', () => {
    expect(actionOf(turn(['会员有什么折扣'], {}, own))).toMatchObject({ kind: 'hand_over' });
    expect(actionOf(turn(['会员有什么折扣'], { audience: 'staff' }, own))).toMatchObject({ text: '内部' });
  });

  test.each([
    ['2024-10-31T15:59:59Z', 'hand_over'],
    ['2024-10-31T16:00:00Z', 'reply'],
    ['2024-11-11T15:59:59Z', 'reply'],
    ['2024-11-11T16:00:00Z', 'hand_over'],
  ])('at %s: %s', (now, kind) => {
    expect(actionOf(turn(['双十一活动什么时候'], { now: Date.parse(now) }, own))?.kind).toBe(kind);
  });
});

describe('goes to a person', () => {
  test.each([
    ['转人工', 'CUSTOMER_ASKED'],
    ['人工', 'CUSTOMER_ASKED'],
    ['我要找真人客服', 'CUSTOMER_ASKED'],
    ['轉人工', 'CUSTOMER_ASKED'],
    ['I want to talk to a human', 'CUSTOMER_ASKED'],
    ['Agent', 'CUSTOMER_ASKED'],
    ['我要投诉你们', 'SENSITIVE_TOPIC'],
    ['起诉', 'SENSITIVE_TOPIC'],
    ['I will sue you', 'SENSITIVE_TOPIC'],
    ['my lawyer will call', 'SENSITIVE_TOPIC'],
    ['找记者曝光', 'SENSITIVE_TOPIC'],
    ['电梯里困住人了', 'SENSITIVE_TOPIC'],
    ['孩子关在电梯里了', 'SENSITIVE_TOPIC'],
    ['你们这帮骗子', 'ANGRY'],
    ['量子物理', 'NO_ANSWER'],
    ['', 'NOT_TEXT'],
  ])('%s: %s', (text, reason) => {
    const action = actionOf(turn([text]));
    expect(action).toMatchObject({ kind: 'hand_over', reason });
    expect(action?.kind === 'hand_over' && action.notice.length).toBeLessThanOrEqual(500 - NOTICE_ROOM);
  });

  test.each(['人工费多少钱', '不用转人工，发票怎么开', 'the issue with my order: when will my order ship'])(
    '%s does not ask for one',
    (text) => {
      expect(actionOf(turn([text]))).not.toMatchObject({ reason: 'CUSTOMER_ASKED' });
    },
  );

  test('the packet says what was wanted before, what was tried, and the facts', () => {
    const messages: Utterance[] = [
      customer('订单号A1234567退款还没到账'),
      { role: 'bot', text: '…' },
      customer('转人工'),
    ];
    const before = turn(['订单号A1234567退款还没到账']);
    const action = actionOf(turn([], { messages, dialogueState: before.dialogueState }));
    expect(action).toMatchObject({
      reason: 'CUSTOMER_ASKED',
      packet: {
        wants: '订单号A1234567退款还没到账 / 转人工',
        facts: [{ name: 'order_number', value: 'A1234567' }],
        tried: expect.arrayContaining(['refund-time']),
        openQuestions: ['订单号A1234567退款还没到账'],
        mood: 'CALM',
      },
    });
  });

  test('a question without an answer is recorded, masked', () => {
    expect(turn(['量子物理 13812345678']).unresolved).toEqual({
      question: '量子物理 138****5678',
      language: 'zh',
    });
  });

  test('an article that needs a person tells its text first', () => {
    const own = createBot([
      {
        name: 'gas',
        language: 'zh',
        audience: 'everyone',
        handling: 'human',
        question: '燃气表没电了怎么办',
        variants: ['燃气表换电池'],
        answer: '请先关阀门。',
      },
    ]);
    const action = actionOf(turn(['燃气表没电了怎么办'], {}, own));
    expect(action).toMatchObject({ reason: 'ARTICLE_NEEDS_PERSON', packet: { tried: ['gas'] } });
    expect(action?.kind === 'hand_over' && action.notice).toMatch(/^请先关阀门。\n/);
  });

  test('the same question again soon after its answer; not the next day', () => {
    const first = turn(['发票怎么开']);
    const again = { dialogueState: first.dialogueState };
    expect(actionOf(turn(['发票怎么开？'], again))).toMatchObject({ reason: 'REPEATED_QUESTION' });
    expect(actionOf(turn(['退货要几天'], again))).toMatchObject({ kind: 'reply' });
    expect(actionOf(turn(['发票怎么开'], { ...again, now: 1_700_000_000_000 + 86_400_000 }))).toMatchObject({
      kind: 'reply',
    });
  });

  test('and starts fresh afterwards', () => {
    const asked = turn(['转人工'], { dialogueState: turn(['发票怎么开']).dialogueState });
    expect(actionOf(turn(['发票怎么开'], { dialogueState: asked.dialogueState }))).toMatchObject({
      kind: 'reply',
    });
  });

  test('rules are data: a must-bot rule keeps a text, and may name its article', () => {
    const mustBotRules = [{ name: 'complaint-box', phrases: ['投诉箱'], article: 'property-hours' }];
    const own = createBot(demo, { mustBotRules });
    expect(actionOf(turn(['投诉箱在哪'], {}, own))).toMatchObject({
      kind: 'reply',
      articleName: 'property-hours',
    });
    expect(actionOf(turn(['我要投诉'], {}, own))).toMatchObject({ reason: 'SENSITIVE_TOPIC' });
  });
});

describe('asks back', () => {
  test('with three questions and a person, as one numbered text', () => {
    const action = actionOf(turn([unclear]));
    if (action?.kind !== 'clarify') throw new Error(`is ${action?.kind}`);
    expect(action.options.at(-1)?.id).toBe(PERSON_OPTION);
    expect(action.options.length).toBeLessThanOrEqual(4);
    expect(action.text).toContain(`1. ${action.options[0]?.label}`);
    expect(actionOf(turn([unclear], { limits: { maxCharacters: 500, menu: true } }))).toMatchObject({
      text: '请问您想了解的是哪一个？',
    });
  });

  const asked = turn([unclear]);
  const after = { dialogueState: asked.dialogueState };
  const options = asked.actions[0]?.kind === 'clarify' ? asked.actions[0].options : [];

  test.each(['1', '１', '第一个', '1.', options[0]?.label ?? '', `1. ${options[0]?.label}`])(
    '%s picks the first',
    (text) => {
      expect(actionOf(turn([text], after))).toMatchObject({ kind: 'reply', articleName: options[0]?.id });
    },
  );

  test('a menu sends the id back', () => {
    const messages: Utterance[] = [{ role: 'customer', text: '', choiceId: options[1]?.id ?? '' }];
    expect(actionOf(turn([], { ...after, messages }))).toMatchObject({ articleName: options[1]?.id });
  });

  test.each([String(options.length), '都不是', 'none of these'])(
    '%s picks a person, and the question is recorded',
    (text) => {
      const result = turn([text], after);
      expect(actionOf(result)).toMatchObject({ kind: 'hand_over', reason: 'CUSTOMER_ASKED' });
      expect(result.unresolved?.question).toBe(unclear);
    },
  );

  test('a number means nothing without options', () => {
    expect(actionOf(turn(['1']))).toMatchObject({ kind: 'hand_over' });
  });

  test('a clear question instead of a choice is answered', () => {
    expect(actionOf(turn(['发票怎么开'], after))).toMatchObject({
      kind: 'reply',
      articleName: 'invoice-issue',
    });
  });

  test('a second clarification that fails goes to a person', () => {
    const second = turn(['物业费那个事'], after);
    expect(actionOf(second)).toMatchObject({ kind: 'clarify', text: expect.stringMatching(/^抱歉/) });
    const third = turn(['物业费的事情'], { dialogueState: second.dialogueState });
    expect(actionOf(third)).toMatchObject({ kind: 'hand_over', reason: 'CLARIFICATION_FAILED' });
    expect(third.unresolved).toBeDefined();
  });
});

describe('small talk', () => {
  test.each([
    ['你好', 'greeting', /^您好/],
    ['Hello!', 'greeting', /^Hello/],
    ['谢谢~', 'thanks', /不客气/],
    ['are you a bot?', 'are-you-a-bot', /automated/],
  ])('%s', (text, kind, reply) => {
    const result = turn([text]);
    expect(result.evidence.rules).toEqual([`small-talk:${kind}`]);
    expect(actionOf(result)).toMatchObject({
      kind: 'reply',
      text: expect.stringMatching(reply),
      articleNames: [],
    });
  });

  test('is no answer to a question beside it, and keeps the memory', () => {
    expect(actionOf(turn(['你好', '发票怎么开', '谢谢']))).toMatchObject({ articleName: 'invoice-issue' });
    const asked = turn([unclear]);
    const thanked = turn(['谢谢'], { dialogueState: asked.dialogueState });
    expect(actionOf(turn(['1'], { dialogueState: thanked.dialogueState }))).toMatchObject({ kind: 'reply' });
  });

  test('ok in a Chinese conversation is answered in Chinese', () => {
    const { dialogueState } = turn(['发票怎么开']);
    expect(actionOf(turn(['ok'], { dialogueState, locale: 'en' }))).toMatchObject({
      text: expect.stringMatching(/^好的/),
    });
  });
});

describe('odd input', () => {
  test.each([
    '\u0000',
    '\ud800',
    '\u202e'.repeat(50),
    ' '.repeat(1_000),
    '？？？',
    '👍',
    'a'.repeat(100_000),
    '，'.repeat(10_000),
    '{"a":',
    '%s%n',
  ])('number %#', (text) => {
    expect(turn([text]).actions).toHaveLength(1);
  });

  test.each(['', '{', 'null', '[]', '{"v":2}', '{"v":1,"options":"x"}'])(
    'state %s starts fresh',
    (dialogueState) => {
      expect(actionOf(turn(['发票怎么开'], { dialogueState }))).toMatchObject({
        articleName: 'invoice-issue',
      });
    },
  );

  test('no knowledge at all', () => {
    expect(actionOf(turn(['发票怎么开'], {}, createBot([])))).toMatchObject({ reason: 'NO_ANSWER' });
    expect(turn([]).actions).toMatchObject([{ reason: 'NOT_TEXT' }]);
  });

  test('only what is open is answered', () => {
    const messages = [customer('发票怎么开'), { role: 'bot' as const, text: '…' }, customer('退货要几天')];
    expect(actionOf(turn([], { messages }))).toMatchObject({ articleNames: ['return-deadline'] });
    expect(
      actionOf(turn([], { messages: [customer('发票怎么开'), customer('退货要几天')], openCount: 1 })),
    ).toMatchObject({
      articleNames: ['return-deadline'],
    });
  });

  test('the same input gives the same result', () => {
    expect(turn([unclear])).toEqual(turn([unclear]));
  });
});
