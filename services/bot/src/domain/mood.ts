import type { Mood, Urgency } from './bot-result';
import { ANGRY_WORDS, UNHAPPY_WORDS, URGENT_WORDS } from './data/mood-words';
import { createPhraseMatcher } from './phrase-matcher';

const angry = createPhraseMatcher(ANGRY_WORDS);
const unhappy = createPhraseMatcher(UNHAPPY_WORDS);
const urgent = createPhraseMatcher(URGENT_WORDS);

function shouts(text: string): boolean {
  if (/[!！]{2,}/.test(text)) return true;
  return !/[a-z]/.test(text) && (text.match(/[A-Z]{2,}/g)?.length ?? 0) >= 3;
}

/**
 * How a customer feels: by words, and by displeasure that is shouted.
 *
 * @param messages as written, and folded (foldText)
 */
export function moodOf(messages: readonly { text: string; folded: string }[]): Mood {
  if (messages.some(({ folded }) => angry.test(folded))) return 'ANGRY';
  const displeased = messages.some(({ folded }) => unhappy.test(folded));
  const shouted = messages.some(({ text }) => shouts(text));
  if (displeased && shouted) return 'ANGRY';
  return displeased || shouted ? 'UNHAPPY' : 'CALM';
}

/** How soon somebody should look: HIGH for dangers and hurry, LOW where nothing is asked. */
export function urgencyOf(messages: readonly { folded: string }[], mood: Mood): Urgency {
  if (mood === 'ANGRY' || messages.some(({ folded }) => urgent.test(folded))) return 'HIGH';
  return messages.every(({ folded }) => folded === '') ? 'LOW' : 'NORMAL';
}
