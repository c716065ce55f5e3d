import { type Lookup, lookUp } from './question-lookup';
import type { Turn } from './turn';

/** Looks a question up for the turn's customer. */
export function look(turn: Turn, question: string): Lookup {
  const { bot, input, language, audience } = turn;
  return lookUp(bot.book, question, {
    language,
    audience,
    now: input.now,
    thresholds: bot.settings.thresholds,
    explain: input.explain === true,
  });
}
