import { foldText, simplify } from './normalise';
import { isQuestion, splitSentences } from './sentences';
import type { TicketForm } from './ticket-type';
import type { Turn } from './turn';

/** A wish is one even as a question: `能帮我报修吗`. */
const WISH =
  /我要|我想|帮我|帮忙|给我|麻烦|需要|来人|派人|来修|来看|上门|登记一下|申请|\b(?:i want|i need|i would like|i'd like|please|(?:can|could) (?:you|someone|somebody) (?:come|send|fix|repair))\b/i;
/** Words around a keyword that speak of a ticket there is, or of none. */
const NO_WISH =
  /不用|不要|不需要|无需|不想|已经?(?:报|投诉|申请|登记)|(?:上次|之前|昨天|前天).{0,6}(?:报|投诉|申请|登记)|(?:报修|维修|投诉|退货|售后)(?:单|的)?(?:进度|记录|结果|状态|多久|电话|费)|还没(?:人)?(?:来|修|处理|回)|\b(?:already|status of|still (?:waiting|not)|don't (?:want|need)|do not (?:want|need))\b/i;

/**
 * The kind of ticket that a text asks for outright, by a keyword: in a statement, or in a question that is a wish.
 *
 * @returns undefined where it asks for none
 */
export function wishedTicket(turn: Turn, written: string): TicketForm | undefined {
  if (turn.bot.rules.tickets.size === 0) return undefined;
  const text = simplify(written);
  const form = turn.bot.rules.ticketNamed(foldText(text));
  if (form === undefined || NO_WISH.test(text)) return undefined;
  const asks = splitSentences(text).every((sentence) => isQuestion(sentence.text));
  return !asks || WISH.test(text) ? form : undefined;
}
