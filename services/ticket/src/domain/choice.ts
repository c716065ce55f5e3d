import { type Choice, choiceLabels } from './notice-texts';

/** What a customer answers, or a worker. */
export type Answer =
  | { by: 'worker'; verb: 'accept' | 'refuse' | 'complete' }
  | { by: 'customer'; verb: 'confirm' | 'reopen' }
  | { by: 'customer'; verb: 'rate'; rating: number };

/** The choices of a rating, the best first. */
export const ratingChoices: readonly Choice[] = ['rate-5', 'rate-4', 'rate-3', 'rate-2', 'rate-1'];

/**
 * Reads the verb of a menu's option.
 *
 * @param choice as it came back
 * @returns undefined for what no menu of tickets offers
 */
export function readChoice(choice: string): Answer | undefined {
  if (!Object.hasOwn(choiceLabels, choice)) return undefined;
  const known = choice as Choice;
  if (known === 'accept' || known === 'refuse' || known === 'complete') return { by: 'worker', verb: known };
  if (known === 'confirm' || known === 'reopen') return { by: 'customer', verb: known };
  return { by: 'customer', verb: 'rate', rating: Number(known.slice('rate-'.length)) };
}
