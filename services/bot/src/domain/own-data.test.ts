import type { Action, BotResult } from './bot-result';
import { DEFAULT_BOT_SETTINGS } from './bot-settings';
import { wantedData } from './own-data';
import { type OwnItem, withOwnData, withoutOwnData } from './own-data-answer';

const reply: Action = {
  kind: 'reply',
  text: 'In general: …',
  articleId: '',
  articleName: 'a',
  articleNames: ['a'],
};
const result = (action: Partial<Action> = {}, language = 'en', rules: string[] = []): BotResult => ({
  actions: [{ ...reply, ...action } as Action],
  evidence: {
    language,
    rules,
    questions: [],
    thresholds: DEFAULT_BOT_SETTINGS.thresholds,
    decision: 'reply',
  },
  dialogueState: JSON.stringify({ v: 1, options: ['a', '#person'], question: 'q', tried: ['a'], language }),
});
const wanted = (text: string, of = result()) => wantedData([text], of);

describe('what is looked up', () => {
  test.each([
    '我的快递到哪了',
    '我的包裹到哪里了？',
    '快遞到哪了',
    '订单怎么还没发货',
    '什么时候发货',
    '查一下我的物流',
    '催一下发货',
    '订单A20260001到哪了',
    '订单号 A20260001',
    'when will my order ship',
    'Where is my parcel?',
    "why hasn't my package arrived",
    'track my order',
    'order number A20260001',
  ])('orders for %s', (text) => {
    expect(wanted(text)?.lookup).toBe('orders');
  });

  test.each([
    '物业费多少',
    '我家这个月物业费多少钱',
    '我欠费了吗',
    '我还欠多少物业费',
    'how much do I owe?',
    'how much is my rent',
  ])('fees for %s', (text) => {
    expect(wanted(text)?.lookup).toBe('fees');
  });

  test.each([
    '物业费怎么交',
    '物业费多少钱一平方',
    '物业费一个月多少',
    '停车费多少钱一个月',
    '物业费欠费怎么处理',
    '怎么查物流',
    '快递几天能到',
    '快递放在哪个柜子',
    '快递丢了怎么办',
    '怎么取消订单',
    '收货地址填错了怎么改',
    '退货的快递到哪了',
    'how do I track my order',
    'How long does delivery take?',
    'can I cancel my order',
    'why was I charged twice for my order',
    'How do I pay my rent?',
    'do you ship abroad',
    'hello',
    '',
  ])('nothing for %s', (text) => {
    expect(wanted(text)).toBeUndefined();
  });

  test('nothing where the bot does not answer from knowledge', () => {
    const question = '我的快递到哪了';
    const personal = { kind: 'hand_over' as const, reason: 'CUSTOMER_ASKED' as const };
    expect(wanted(question, result({ articleNames: [] }))).toBeUndefined();
    expect(wanted(question, result(personal))).toBeUndefined();
    expect(wanted(question, result({ kind: 'clarify', options: [] }))).toBeUndefined();
    expect(wanted(question, result({}, 'zh', ['menu-choice']))).toBeUndefined();
    expect(wanted(question, result({ ...personal, reason: 'NO_ANSWER' }))?.lookup).toBe('orders');
    expect(wanted(question, result({ kind: 'clarify', options: [{ id: 'a', label: 'A' }] }))?.lookup).toBe(
      'orders',
    );
  });
});

const orders: OwnItem[] = [
  {
    order_no: 'A20260001',
    status_zh: '运输中',
    status_en: 'on its way',
    carrier: 'SF',
    tracking_no: 'SF1234567890',
    updated: '11-25',
  },
  { order_no: 'A20260002', status: 'packed', expected: '11-29' },
];
const told = (text: string, items: readonly OwnItem[], of = result(), maxCharacters = 500) => {
  const asked = wantedData([text], of);
  if (!asked) throw new Error('nothing is wanted');
  return withOwnData(of, asked, items, maxCharacters);
};
const textOf = ({ actions }: BotResult) => (actions[0] as { text: string }).text;

describe('the answer', () => {
  test('tells one thing in the customer’s language', () => {
    expect(textOf(told('我的快递到哪了', orders.slice(0, 1), result({}, 'zh')))).toBe(
      '订单 A20260001：运输中，SF SF1234567890，11-25 更新\n如有疑问，回复“转人工”。',
    );
    expect(textOf(told('where is my order', orders.slice(0, 1)))).toBe(
      'Order A20260001: on its way, SF SF1234567890, updated 11-25\nReply "agent" if something is not right.',
    );
  });

  test('lists several, three at most', () => {
    expect(textOf(told('我的快递到哪了', orders, result({}, 'zh')))).toMatch(
      /^为您查到 2 个订单：\n订单 A20260001：.*\n订单 A20260002：packed，预计 11-29 送达\n如有/,
    );
    const many = [...orders, ...orders, ...orders];
    const lines = textOf(told('where are my orders', many)).split('\n');
    expect(lines[0]).toBe('You have 6 orders; the newest 3:');
    expect(lines).toHaveLength(5);
  });

  test('is narrowed by a number in the text', () => {
    for (const text of ['where is my order A20260002', 'order number a20260002']) {
      expect(textOf(told(text, orders))).toMatch(/^Order A20260002: packed, expected 11-29\n/);
    }
    expect(textOf(told('我的快递SF1234567890到哪了', orders, result({}, 'zh')))).toMatch(/^订单 A20260001/);
    // A number that nobody called one of an order may be a phone's.
    expect(textOf(told('我是13800000001，我的快递到哪了', orders, result({}, 'zh')))).toMatch(
      /^为您查到 2 个/,
    );
  });

  test('scenario 26: an order that is not the customer’s own is not told of', () => {
    const answered = told('订单A99999999到哪了', orders, result({}, 'zh'));
    expect(textOf(answered)).toBe('在您名下没有查到 A99999999。\nIn general: …');
  });

  test('tells bills', () => {
    const bills = [{ fee: '11 月停车费', amount: '¥400.00', due_date: '12-05' }];
    expect(textOf(told('物业费多少', bills, result({}, 'zh')))).toBe(
      '11 月停车费，¥400.00，请在 12-05 前缴纳\n如有疑问，回复“转人工”。',
    );
  });

  test('goes before what else was asked', () => {
    const two = result({ text: 'The invoice is …', articleNames: ['a', 'b'] });
    expect(textOf(told('where is my order', orders.slice(0, 1), two))).toMatch(
      /^Order A.*\n\nThe invoice is …$/s,
    );
  });

  test('ends no line that it did not begin, and is cut to the limit', () => {
    const odd = [{ order_no: 'A1\nReply STOP', status: 'x'.repeat(500) }];
    const lines = textOf(told('where is my order', odd)).split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^Order A1 Reply STOP: x{79}…$/);
    expect(textOf(told('where is my order', orders, result(), 60)).length).toBeLessThanOrEqual(60);
  });

  test('is a reply that forgets the question back, and names its source', () => {
    const { actions, evidence, dialogueState, unresolved } = told('where is my order', orders, {
      ...result({ kind: 'hand_over', reason: 'NO_ANSWER' }),
      unresolved: { question: 'where', language: 'en' },
    });
    expect(actions[0]).toMatchObject({ kind: 'reply', articleNames: [] });
    expect(evidence).toMatchObject({ rules: ['look-up:orders'], decision: 'reply' });
    expect(JSON.parse(dialogueState)).toEqual({ v: 1, options: [], failed: 0, tried: ['a'], language: 'en' });
    expect(unresolved).toBeUndefined();
  });

  test('stays knowledge’s where the items say nothing', () => {
    const of = result();
    for (const items of [[], [{}], [{ order_no: {}, status: null }]]) {
      expect(told('where is my order', items, of)).toBe(of);
    }
  });
});

test('where the system is away, knowledge’s answer says so, if there is room', () => {
  expect(textOf(withoutOwnData(result({}, 'zh'), 500))).toBe(
    '暂时查不到您本人的信息，以下是一般说明：\nIn general: …',
  );
  const long = result({ text: 'x'.repeat(490) });
  expect(withoutOwnData(long, 500)).toBe(long);
  const person = result({ kind: 'hand_over', reason: 'NO_ANSWER' });
  expect(withoutOwnData(person, 500)).toBe(person);
});
