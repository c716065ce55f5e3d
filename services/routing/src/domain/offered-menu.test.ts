import { type Content, Content as ContentCodec } from '@omnigate/contracts';
import {
  chosen,
  isReport,
  menuText,
  numberedOptions,
  type OfferedMenu,
  ticketChoiceOf,
  wantsAnswer,
} from './offered-menu';

const ticket = '0198c0de-0000-7000-8000-000000000001';
const option = (verb: string, label: string) => ({ id: `ticket:${ticket}:${verb}`, label });
const assigned = [option('accept', '接单'), option('refuse', '拒绝')];
const accepted = [option('complete', '完成')];
const stars = [5, 4, 3, 2, 1].map((number) => option(`rate-${number}`, `${number} 星`));
const rating = [...stars, option('reopen', '没修好')];
const menu = (options: OfferedMenu['options'], o: Partial<OfferedMenu> = {}): OfferedMenu => ({
  ...{ options, answered: false, askedSince: false },
  ...o,
});
const text = (body: string): Content => ({ kind: { $case: 'text', value: { body } } });
const pick = (body: string, ...menus: OfferedMenu[]) => {
  const found = chosen(text(body), body, menus);
  return found && [found.choice.verb, found.comment].filter((part) => part !== '').join(' ');
};

test('ids of options', () => {
  expect(ticketChoiceOf(`ticket:${ticket}:rate-5`)).toEqual({ ticketId: ticket, verb: 'rate-5' });
  for (const id of ['', 'ticket:1:accept', '#person', `order:${ticket}:accept`])
    expect(ticketChoiceOf(id)).toBeUndefined();
});

test('the number of a rating is its stars, wherever it stands', () => {
  expect(numberedOptions(rating).map(({ number }) => number)).toEqual([5, 4, 3, 2, 1, 6]);
  expect(numberedOptions(assigned).map(({ number }) => number)).toEqual([1, 2]);
  expect(menuText('有新的工单。', assigned)).toBe('有新的工单。\n1. 接单\n2. 拒绝\n请回复序号。');
  expect(menuText('Is it solved?', [option('confirm', 'Yes')])).toBe(
    'Is it solved?\n1. Yes\nPlease reply with a number.',
  );
});

test.each([
  ['1', 'accept'],
  ['２', 'refuse'],
  ['一', 'accept'],
  ['1.', 'accept'],
  ['接单', 'accept'],
  ['接单！', 'accept'],
  ['1. 接单', 'accept'],
  ['3', undefined],
  ['好', undefined],
  ['12', undefined],
  ['1号楼在哪', undefined],
  ['', undefined],
])('of two options, %s: %s', (body, verb) => {
  expect(pick(body, menu(assigned))).toBe(verb);
});

test.each([
  ['5', 'rate-5'],
  ['4 星', 'rate-4'],
  ['5分，师傅很好', 'rate-5 师傅很好'],
  ['5，很快', 'rate-5 很快'],
  ['5 great work', 'rate-5 great work'],
  ['4 stars, a bit late', 'rate-4 a bit late'],
  ['6', 'reopen'],
  ['没修好', 'reopen'],
  ['3 号楼又漏水了', undefined],
  ['3号楼漏水', undefined],
  ['5 days later it leaks again', undefined],
  ['物业费怎么交', undefined],
])('of a rating, %s: %s', (body, verb) => {
  expect(pick(body, menu(rating))).toBe(verb);
});

test('the newest that waits is answered; labels say which', () => {
  const [newer, older] = [menu(assigned), menu(rating)];
  expect(pick('1', newer, older)).toBe('accept');
  expect(pick('5', newer, older)).toBe('rate-5');
  expect(pick('没修好', newer, older)).toBe('reopen');
  expect(pick('1', { ...newer, answered: true }, older)).toBe('rate-1');
});

test('a number may answer whoever has asked since; a label can not', () => {
  expect(pick('1', menu(assigned, { askedSince: true }))).toBeUndefined();
  expect(pick('接单', menu(assigned, { askedSince: true }))).toBe('accept');
});

test('a choice says itself which, though it was answered', () => {
  const content = (id: string): Content =>
    ContentCodec.fromPartial({ kind: { $case: 'menuChoice', value: { id, label: '接单' } } });
  const menus = [menu(assigned, { answered: true, askedSince: true })];
  expect(chosen(content(`ticket:${ticket}:accept`), '接单', menus)?.choice.verb).toBe('accept');
  expect(chosen(content('#person'), '都不是', menus)).toBeUndefined();
});

test.each([
  ['', true],
  ['换了阀门', true],
  ['几号楼？', false],
  ['在家吗', false],
  ['转人工', false],
  ['is anybody at home?', false],
])('a report, while work waits to be completed: %s', (body, report) => {
  expect(isReport(body, [menu(accepted)])).toBe(report);
  expect(isReport(body, [menu(accepted, { answered: true }), menu(rating)])).toBe(false);
});

test.each([
  ['请问是几号楼？', true],
  ['请把订单号发给我。', true],
  ['您想了解的是哪一个\n1. 物业费\n2. 停车费', true],
  ['Please tell me the room.', true],
  ['不客气！还有别的问题随时问我。', false],
  ['You are welcome! Ask me any time you need something else.', false],
  ['每天 8:30–18:00，中午不休息。', false],
])('what the bot said wants an answer: %s', (body, wants) => {
  expect(wantsAnswer(text(body), body)).toBe(wants);
});
