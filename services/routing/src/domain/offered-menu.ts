import type { Content, MenuOption } from '@omnigate/contracts';
import { noticeLanguage } from './language';

/** Names the choice of a ticket: `ticket:<ticket id>:<verb>`. */
const TICKET_OPTION = /^ticket:([0-9a-f-]{36}):([a-z0-9-]+)$/i;
const RATING = /^rate-([1-9])$/;

/** What an option of a ticket's menu means. */
export interface TicketChoice {
  ticketId: string;
  /** Such as `accept`. */
  verb: string;
}

/**
 * Reads the id of an option.
 *
 * @param id the option's.
 * @returns undefined where it is no ticket's.
 */
export function ticketChoiceOf(id: string): TicketChoice | undefined {
  const [, ticketId, verb] = TICKET_OPTION.exec(id) ?? [];
  return ticketId === undefined || verb === undefined ? undefined : { ticketId, verb };
}

const ratingOf = ({ id }: MenuOption): number | undefined => {
  const stars = RATING.exec(ticketChoiceOf(id)?.verb ?? '')?.[1];
  return stars === undefined ? undefined : Number(stars);
};

/** An option with the number that people answer it by. */
export interface NumberedOption extends MenuOption {
  number: number;
}

/**
 * Numbers the options of a menu. A rating's number is its stars, wherever it stands; the others have the free numbers.
 *
 * @param options in the order shown.
 * @returns each with its number.
 */
export function numberedOptions(options: readonly MenuOption[]): NumberedOption[] {
  const stars = options.map(ratingOf);
  const free = options.map((_, place) => place + 1).filter((number) => !stars.includes(number));
  return options.map((option, place) => ({
    ...option,
    number: stars[place] ?? free.shift() ?? place + 1,
  }));
}

/**
 * A menu as a text, for channels that show none.
 *
 * @param body above the choices.
 * @param options the choices.
 * @returns the text with numbered lines.
 */
export function menuText(body: string, options: readonly MenuOption[]): string {
  const lines = numberedOptions(options).map(({ number, label }) => `${number}. ${label}`);
  const ask = noticeLanguage(body, 'en') === 'zh' ? '请回复序号。' : 'Please reply with a number.';
  return [body, ...lines, ask].filter((line) => line !== '').join('\n');
}

/** A menu that was offered, and what it takes for an answer. */
export interface OfferedMenu {
  options: readonly MenuOption[];
  answered: boolean;
  /** Somebody else has asked something since: a bare number may answer that. */
  askedSince: boolean;
}

/** What a customer's or worker's message chooses. */
export interface Chosen<Menu extends OfferedMenu> {
  menu: Menu;
  choice: TicketChoice;
  /** What was written beside the choice. */
  comment: string;
}

const bare = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

const HAN_DIGITS = '零一二三四五六七八九';
const NUMBER = /^(?:选|回复|no\.?|number|option)?\s*([1-9]|[一二三四五六七八九])\s*[.。、)）!！]?$/iu;
/** `5分，师傅很好`, `5 great work`; not `3 号楼漏水`. */
const NUMBER_AND_MORE = /^([1-9])\s*(?:分|星|stars?\b|points?\b)?(?:\s*[,，.。;；:：!！]\s*|\s+)(\S.*)$/isu;
const MEASURE =
  /^(?:号|栋|幢|座|楼|单元|室|层|个|天|元|块|点|次|月|日|floor|room|building|block|unit|days?|hours?|times?|am\b|pm\b|o'clock)/iu;

function numberIn(text: string): number | undefined {
  const digit = NUMBER.exec(text)?.[1];
  if (digit === undefined) return undefined;
  return /\d/.test(digit) ? Number(digit) : HAN_DIGITS.indexOf(digit);
}

/** A rating may be told with its reason in one message. */
function ratingIn(text: string): { number: number; comment: string } | undefined {
  const [, digit, more] = NUMBER_AND_MORE.exec(text) ?? [];
  if (digit === undefined || more === undefined || MEASURE.test(more)) return undefined;
  return { number: Number(digit), comment: more.trim() };
}

function chosenIn<Menu extends OfferedMenu>(menu: Menu, text: string): Chosen<Menu> | undefined {
  if (menu.answered) return undefined;
  const options = numberedOptions(menu.options);
  const of = (option: MenuOption | undefined, comment = ''): Chosen<Menu> | undefined => {
    const choice = option && ticketChoiceOf(option.id);
    return choice && { menu, choice, comment };
  };
  const said = bare(text);
  const named = options.find(
    ({ label, number }) => said !== '' && [bare(label), `${number}${bare(label)}`].includes(said),
  );
  if (named || menu.askedSince) return of(named);
  const number = numberIn(text);
  if (number !== undefined) return of(options.find((option) => option.number === number));
  const rating = ratingIn(text);
  return of(rating && options.find((option) => ratingOf(option) === rating.number), rating?.comment);
}

/**
 * Finds what a message answers: the option of a menu by its id at any time, else by label or number one that waits for
 * an answer, the newest first.
 *
 * @param content what was sent.
 * @param text its words.
 * @param menus those offered where it came from, the newest first.
 * @returns undefined where it answers none.
 */
export function chosen<Menu extends OfferedMenu>(
  content: Content | undefined,
  text: string,
  menus: readonly Menu[],
): Chosen<Menu> | undefined {
  if (content?.kind?.$case === 'menuChoice') {
    const { id } = content.kind.value;
    const menu = menus.find(({ options }) => options.some((option) => option.id === id));
    const choice = ticketChoiceOf(id);
    if (menu && choice) return { menu, choice, comment: '' };
  }
  const plain = text.normalize('NFKC').trim();
  if (plain === '') return undefined;
  for (const menu of menus) {
    const found = chosenIn(menu, plain);
    if (found) return found;
  }
  return undefined;
}

/** A question, a list to choose from, or a request for something. */
const WANTS_ANSWER =
  /[?？]|^\s*\d\s*[.、)]|请(?:问|告诉|把|说|描述|提供|回复|发)|\bplease (?:tell|reply|send|say|describe)\b/imu;

/**
 * Whether what the bot said wants an answer; thanks and answers don't.
 *
 * @param content what it said.
 * @param text its words.
 */
export const wantsAnswer = (content: Content | undefined, text: string): boolean =>
  content?.kind?.$case === 'menu' || WANTS_ANSWER.test(text);

const ASKS = /[?？]\s*$|[吗呢]\s*[。.!！~]*\s*$/;
const WANTS_PERSON = /人工|客服|转人|\b(?:human|agent|person|operator)\b/i;

/**
 * Whether a message is part of what a worker reports before completing: pictures and statements, while a menu waits that
 * lets the work be completed. A question, or who wants a person, is somebody's to answer.
 *
 * @param text the message's words.
 * @param menus those offered where it came from.
 */
export function isReport(text: string, menus: readonly OfferedMenu[]): boolean {
  const completing = menus.some(
    ({ answered, options }) =>
      !answered && options.some((option) => ticketChoiceOf(option.id)?.verb === 'complete'),
  );
  return completing && !ASKS.test(text) && !WANTS_PERSON.test(text);
}
