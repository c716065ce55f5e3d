import { ticketNameOf } from './knowledge-book';
import { foldText, simplify } from './normalise';
import { isQuestion, splitSentences } from './sentences';
import type { TicketForm } from './ticket-type';
import type { Turn } from './turn';
import { look } from './turn-lookup';

/** Whoever says so wants one, also in a question: `能帮我报修吗`. */
const WISH =
  /我要|我想|帮我|帮忙|给我|麻烦|请(?:安排|派|登记)|来人|派人|来修|来看|上门(?:修|看)|登记一下|\b(?:i want|i need|i would like|i'd like|please|(?:can|could) (?:you|someone|somebody) (?:come|send|fix|repair))\b/i;
/** A question for information, whatever is wished besides. */
const INFORMATION =
  /怎么|如何|多久|多长|多少|几天|几点|哪|什么|电话|要钱|收费|费用|\b(?:how|what|when|where|which|why|status|policy)\b/i;
/** Words around a keyword that speak of a ticket there is, or of none. */
const NO_WISH =
  /不用|不要|不需要|无需|不想|已经?(?:报|投诉|申请|登记)|(?:上次|之前|昨天|前天).{0,6}(?:报|投诉|申请|登记)|(?:报修|维修|投诉|退货|售后)(?:单|的)?(?:进度|记录|结果|状态)|还没(?:人)?(?:来|修|处理|回)|\b(?:already|still (?:no|waiting|not)|don't (?:want|need)|do not (?:want|need))\b/i;
/** What a text must share with a type's examples to count more than an article that knows it word for word. */
const LIKE = 0.3;
/** Of a text that is one of an article's phrasings, whatever its other phrasings are. */
const WORD_FOR_WORD = 0.66;
/** Nearly an example. */
const EXAMPLE = 0.6;
/** By how much the examples of another type may be nearer. */
const NEARER = 0.05;

/** How near the examples of each kind of ticket are to a text, the nearest first. */
function nearTickets(turn: Turn, text: string): { type: string; likeness: number }[] {
  const part = turn.bot.book.parts.get(turn.language);
  if (part === undefined) return [];
  const typeOf = (article: number) => ticketNameOf(part.articles[article]?.name ?? '');
  const ranked = part.ranker.rank(
    turn.bot.book.normalise(text),
    turn.bot.rules.tickets.size,
    (article) => typeOf(article) !== undefined,
  );
  return ranked
    .map(({ article, retrieval }) => ({ type: typeOf(article) ?? '', likeness: retrieval }))
    .sort((a, b) => b.likeness - a.likeness);
}

/** Of several words in a text the examples know which is meant: `It arrived broken, I want a refund`. */
function exampleOf(turn: Turn, text: string): TicketForm | undefined {
  const [nearest] = nearTickets(turn, text);
  return nearest && nearest.likeness >= EXAMPLE ? turn.bot.rules.tickets.get(nearest.type) : undefined;
}

/** A word may mean many things: another kind's examples, or an article that has the very text, may know better. */
function meansIt(turn: Turn, form: TicketForm, text: string): boolean {
  const near = nearTickets(turn, text);
  const own = near.find(({ type }) => type === form.type.name)?.likeness ?? 0;
  if ((near[0]?.likeness ?? 0) > own + NEARER) return false;
  if (own >= LIKE) return true;
  const { decision, articles, evidence } = look(turn, text);
  const isKnown = decision === 'answer' && (evidence.candidates[0]?.retrieval ?? 0) >= WORD_FOR_WORD;
  return !isKnown || ticketNameOf(articles[0]?.name ?? '') === form.type.name;
}

/**
 * The kind of ticket that a text asks for outright: by a keyword in so many words, with a picture, or where nothing else
 * knows the text better.
 *
 * @returns undefined where it asks for none
 */
export function wishedTicket(turn: Turn, written: string): TicketForm | undefined {
  if (turn.bot.rules.tickets.size === 0) return undefined;
  const text = simplify(written);
  const form = turn.bot.rules.ticketNamed(foldText(text));
  if (form === undefined || NO_WISH.test(text)) return undefined;
  const asks = splitSentences(text).every((sentence) => isQuestion(sentence.text));
  if (asks && INFORMATION.test(text)) return undefined;
  if (WISH.test(text)) return exampleOf(turn, written) ?? form;
  if (asks || INFORMATION.test(text)) return undefined;
  return turn.pictures.length > 0 || meansIt(turn, form, written) ? form : undefined;
}
