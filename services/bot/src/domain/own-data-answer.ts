import type { BotResult, ReplyAction } from './bot-result';
import { type OwnDataTexts, ownDataTexts } from './data/own-data-texts';
import { readDialogueState, writeDialogueState } from './dialogue-state';
import { cutText } from './message-text';
import type { WantedData } from './own-data';

/** One thing of a customer, as a connector gives it. */
export type OwnItem = Readonly<Record<string, unknown>>;

const mostShown = 3;
const longestValue = 80;

/** A value as a line shows it: of a field that is there for the language, else of the field. */
function shown(item: OwnItem, field: string, language: string): string {
  const value = item[`${field}_${language === 'zh' ? 'zh' : 'en'}`] ?? item[field];
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  return cutText(
    String(value)
      .replace(/\p{Cc}+/gu, ' ')
      .trim(),
    longestValue,
  );
}

const put = (template: string, values: Record<string, string | number>): string =>
  template.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
const putValue = (template: string, value: string): string => (value === '' ? '' : put(template, { value }));
const listed = (texts: OwnDataTexts, parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join(texts.between);

function orderLine(item: OwnItem, language: string): string {
  const texts = ownDataTexts(language);
  const value = (field: string): string => shown(item, field, language);
  const parcel = [value('carrier'), value('tracking_no')].filter((part) => part !== '').join(' ');
  const about = [
    value('status'),
    parcel,
    putValue(texts.expected, value('expected')),
    putValue(texts.updated, value('updated')),
  ];
  return putValue(texts.order, value('order_no')) + listed(texts, about);
}

function billLine(item: OwnItem, language: string): string {
  const texts = ownDataTexts(language);
  const value = (field: string): string => shown(item, field, language);
  return listed(texts, [
    value('fee'),
    value('amount'),
    value('status'),
    putValue(texts.due, value('due_date')),
  ]);
}

/** Those that a number names; all where it names none and the customer did not call it one of an order. */
function narrowed(items: readonly OwnItem[], wanted: WantedData): readonly OwnItem[] {
  const numbers = wanted.numbers.map((each) => each.toLowerCase());
  const isNamed = (value: unknown): boolean => numbers.includes(String(value).toLowerCase());
  const named = items.filter(({ order_no, tracking_no }) => isNamed(order_no) || isNamed(tracking_no));
  return named.length > 0 || wanted.orderNumber !== undefined ? named : items;
}

function tellItems(items: readonly OwnItem[], wanted: WantedData, language: string): string {
  const texts = ownDataTexts(language);
  const isOrders = wanted.lookup === 'orders';
  const lines = items
    .slice(0, mostShown)
    .map((item) => (isOrders ? orderLine(item, language) : billLine(item, language)))
    .filter((line) => line !== '');
  if (lines.length === 0) return '';
  const some = items.length > lines.length;
  const lead = isOrders ? (some ? texts.someOrders : texts.orders) : some ? texts.someBills : texts.bills;
  const heading = items.length > 1 ? [put(lead, { count: items.length, shown: lines.length })] : [];
  return [...heading, ...lines].join('\n');
}

/**
 * Answers with the customer's own things in place of what knowledge says in general; where the message asks more than
 * that, before it.
 *
 * @param result what the bot would say.
 * @param wanted what was asked about.
 * @param items what the business's own system knows, newest first.
 * @param maxCharacters of the answer.
 * @returns the answer; the same result where the items say nothing.
 */
export function withOwnData(
  result: BotResult,
  wanted: WantedData,
  items: readonly OwnItem[],
  maxCharacters: number,
): BotResult {
  const { language } = result.evidence;
  const texts = ownDataTexts(language);
  const named = narrowed(items, wanted);
  const told = tellItems(named, wanted, language);
  if (told === '') return unknownNumber(result, wanted, items, maxCharacters);
  const [action] = result.actions;
  const rest = action?.kind === 'reply' && asksMore(result, action) ? [action.text] : [];
  const text = rest.length > 0 ? [told, ...rest].join('\n\n') : `${told}\n${texts.closing}`;
  return replied(result, `look-up:${wanted.lookup}`, cutText(text, maxCharacters));
}

/** Several answers, or a part that had none: the customer did not ask about their own things alone. */
const asksMore = (result: BotResult, action: ReplyAction): boolean =>
  action.articleNames.length > 1 || result.unresolved !== undefined;

/** A number that is none of the customer's own is said to be so, before what knowledge says. */
function unknownNumber(
  result: BotResult,
  { orderNumber }: WantedData,
  items: readonly OwnItem[],
  maxCharacters: number,
): BotResult {
  if (orderNumber === undefined || items.length === 0) return result;
  const { unknownNumber: template } = ownDataTexts(result.evidence.language);
  return introduced(result, put(template, { number: orderNumber }), maxCharacters);
}

/**
 * Says that the customer's own things could not be looked up, before what knowledge says in general.
 *
 * @param result what the bot would say.
 * @param maxCharacters of the answer.
 * @returns the answer; the same result where nothing is said that it could stand before.
 */
export const withoutOwnData = (result: BotResult, maxCharacters: number): BotResult =>
  introduced(result, ownDataTexts(result.evidence.language).away, maxCharacters);

function introduced(result: BotResult, lead: string, maxCharacters: number): BotResult {
  const [action] = result.actions;
  if (action?.kind !== 'reply') return result;
  const text = `${lead}\n${action.text}`;
  return text.length > maxCharacters ? result : { ...result, actions: [{ ...action, text }] };
}

/** What is remembered of knowledge's answer is dropped: asked again, the customer hears how things are by then. */
function replied(result: BotResult, rule: string, text: string): BotResult {
  const { last: _last, question: _question, ...state } = readDialogueState(result.dialogueState);
  const { unresolved: _unresolved, ...kept } = result;
  const action: ReplyAction = { kind: 'reply', text, articleId: '', articleName: '', articleNames: [] };
  return {
    ...kept,
    actions: [action],
    evidence: { ...result.evidence, rules: [...result.evidence.rules, rule], decision: 'reply' },
    dialogueState: writeDialogueState({ ...state, options: [], failed: 0 }),
  };
}
