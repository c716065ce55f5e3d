import type { BotResult } from './bot-result';
import { OWN_DATA_PATTERNS, type OwnDataPattern } from './data/own-data-patterns';
import { factsIn } from './handoff-packet';
import { foldText } from './normalise';

/** What is looked up before a question is answered. */
export interface WantedData {
  lookup: OwnDataPattern['lookup'];
  /** Numbers that the customer wrote, which may name one of their things. */
  numbers: string[];
  /** The number that the customer called one of an order. */
  orderNumber: string | undefined;
}

const longestQuestion = 300;
const number = /(?<![A-Za-z0-9-])(?=[A-Za-z-]{0,31}\d)[A-Za-z0-9][A-Za-z0-9-]{4,31}(?![A-Za-z0-9-])/g;

/**
 * What of the customer's own things a turn asks about, where knowledge alone would answer it.
 *
 * @param texts what is to be answered.
 * @param result what the bot would say.
 * @returns what to look up; undefined for any other question, and where a person is wanted.
 */
export function wantedData(texts: readonly string[], result: BotResult): WantedData | undefined {
  if (!isFromKnowledge(result)) return undefined;
  for (const text of texts) {
    const folded = foldText(text.slice(0, longestQuestion));
    const pattern = OWN_DATA_PATTERNS.find(
      ({ asks, general }) => !general.test(folded) && asks.some((each) => each.test(folded)),
    );
    if (!pattern) continue;
    const order = factsIn([text]).find(({ name }) => name === 'order_number');
    const numbers = text.normalize('NFKC').match(number) ?? [];
    return { lookup: pattern.lookup, numbers, orderNumber: order?.value };
  }
  return undefined;
}

/** An answer, a choice of answers, or none: not what was picked, asked for or decided by a rule. */
function isFromKnowledge({ actions, evidence }: BotResult): boolean {
  const [action] = actions;
  if (actions.length !== 1 || action === undefined || evidence.rules.includes('menu-choice')) return false;
  if (action.kind === 'reply') return action.articleNames.length > 0;
  if (action.kind === 'clarify') return action.options.length > 0;
  return action.kind === 'hand_over' && action.reason === 'NO_ANSWER';
}
