import { type BotResult, PERSON_OPTION } from './bot-result';
import { isInForce } from './knowledge-book';
import { chosenOption } from './menu-choice';
import { cutText } from './message-text';
import { moodOf } from './mood';
import { answer, answerQuestions, questionsOf } from './question-answers';
import { type Bot, endTurn, handOver, type Outcome, startTurn, type Turn } from './turn';
import type { TurnInput } from './turn-input';

type Stage = (turn: Turn) => Outcome | undefined;

const hasContent = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

const folded = (turn: Turn): string[] => turn.open.map((message) => message.folded);

/** Words that always go to a person. */
const mustHuman: Stage = (turn) => {
  for (const text of folded(turn)) {
    const rule = turn.bot.rules.mustHuman(text);
    if (rule === undefined) continue;
    turn.rules.push(`must-human:${rule.name}`);
    return handOver(turn, rule.reason);
  }
  return undefined;
};

const angry: Stage = (turn) => {
  if (moodOf(turn.open) !== 'ANGRY') return undefined;
  turn.rules.push('mood:angry');
  return handOver(turn, 'ANGRY');
};

/** The label of an option as the customer saw it. */
const labelOf =
  (turn: Turn) =>
  (id: string): string =>
    id === PERSON_OPTION ? turn.texts.noneOfThese : (turn.bot.book.byName.get(id)?.question ?? id);

/** What the customer picked from the last question back. */
const choice: Stage = (turn) => {
  const picks = turn.open.map((message) => chosenOption(message, turn.state.options, labelOf(turn)));
  const id = picks.find((pick) => pick !== undefined);
  if (id === undefined) return undefined;
  turn.rules.push('menu-choice');
  if (id === PERSON_OPTION) {
    return handOver(turn, 'CUSTOMER_ASKED', {
      ...(turn.state.question !== undefined && {
        unresolved: turn.state.question,
        openQuestions: [turn.state.question],
      }),
    });
  }
  const article = turn.bot.book.byName.get(id);
  if (article === undefined || !isInForce(article, turn.audience, turn.input.now))
    return handOver(turn, 'NO_ANSWER');
  return answer(turn, [article], `choice:${id}`);
};

/** Words that an article is tied to. */
const mustBot: Stage = (turn) => {
  for (const { text, folded: own } of turn.open) {
    const rule = turn.bot.rules.mustBot(own);
    const article = rule?.article === undefined ? undefined : turn.bot.book.byName.get(rule.article);
    if (rule === undefined || article === undefined) continue;
    if (!isInForce(article, turn.audience, turn.input.now)) continue;
    turn.rules.push(`must-bot:${rule.name}`);
    turn.questions.push({ text: turn.bot.book.normalise(text), candidates: [], decision: 'forced' });
    return answer(turn, [article], turn.bot.book.normalise(text));
  }
  return undefined;
};

/** Pictures, sounds and the like: nothing to read. Marks alone after an answer mean that it didn't help. */
const notText: Stage = (turn) => {
  const texts = folded(turn);
  if (texts.some(hasContent) || texts.some((text) => turn.bot.rules.smallTalk(text))) return undefined;
  if (texts.every((text) => text === '')) return handOver(turn, 'NOT_TEXT');
  if (turn.state.last !== undefined || turn.state.options.length > 0)
    return handOver(turn, 'REPEATED_QUESTION');
  return say(turn, turn.texts.ask);
};

function say(turn: Turn, text: string): Outcome {
  const cut = cutText(text, turn.input.limits.maxCharacters);
  return {
    action: { kind: 'reply', text: cut, articleId: '', articleName: '', articleNames: [] },
    state: turn.state,
  };
}

/** Greetings, thanks and the like, when nothing else was said. */
const smallTalk: Stage = (turn) => {
  const kinds = folded(turn).map((text) => turn.bot.rules.smallTalk(text));
  const kind = kinds.findLast((found) => found !== undefined);
  if (kind === undefined || questionsOf(turn).length > 0) return undefined;
  turn.rules.push(`small-talk:${kind.name}`);
  return say(turn, kind.replies[turn.language] ?? kind.replies.en);
};

const questions: Stage = (turn) => answerQuestions(turn, questionsOf(turn));

const STAGES: readonly Stage[] = [choice, notText, mustHuman, angry, mustBot, smallTalk, questions];

/**
 * Thinks about one turn: what was picked, what must go to a person, small talk, then the knowledge. Deterministic.
 *
 * @returns exactly one action, in the customer's language, within the limit
 */
export function think(bot: Bot, input: TurnInput): BotResult {
  const turn = startTurn(bot, input);
  for (const stage of STAGES) {
    const outcome = stage(turn);
    if (outcome !== undefined) return endTurn(turn, outcome);
  }
  return endTurn(turn, turn.open.length === 0 ? handOver(turn, 'NOT_TEXT') : say(turn, turn.texts.ask));
}
