import { type BotResult, PERSON_OPTION } from './bot-result';
import { isInForce, ticketNameOf, ticketOption } from './knowledge-book';
import { chosenOption } from './menu-choice';
import { clarifyText, cutText } from './message-text';
import { moodOf } from './mood';
import { bareText } from './phrase-matcher';
import { isPicture } from './picture';
import { answer, answerQuestions, questionsOf } from './question-answers';
import { beginTicket, continueTicket, ticketSoFar } from './ticket-flow';
import { type TicketForm, titleOf } from './ticket-type';
import { wishedTicket } from './ticket-wish';
import { type Bot, endTurn, handOver, type OpenMessage, type Outcome, startTurn, type Turn } from './turn';
import type { TurnInput } from './turn-input';

/** As many as a customer can choose from by a digit, with the person. */
const MOST_TICKETS = 8;
const YES = new Set(
  [
    '是',
    '是的',
    '对',
    '对的',
    '要',
    '需要',
    '好',
    '好的',
    '可以',
    '嗯',
    'yes',
    'yep',
    'yeah',
    'sure',
    'ok',
    'yes please',
  ].map(bareText),
);

type Stage = (turn: Turn) => Outcome | undefined;

const hasContent = (text: string): boolean => /[\p{L}\p{N}]/u.test(text);

const folded = (turn: Turn): string[] => turn.open.map((message) => message.folded);

/** Words that always go to a person. */
const mustHuman: Stage = (turn) => {
  for (const text of folded(turn)) {
    const rule = turn.bot.rules.mustHuman(text);
    if (rule === undefined) continue;
    turn.rules.push(`must-human:${rule.name}`);
    return handOver(turn, rule.reason, ticketSoFar(turn));
  }
  return undefined;
};

const angry: Stage = (turn) => {
  if (moodOf(turn.open) !== 'ANGRY') return undefined;
  turn.rules.push('mood:angry');
  return handOver(turn, 'ANGRY', ticketSoFar(turn));
};

const ticketOf = (turn: Turn, id: string): TicketForm | undefined =>
  turn.bot.rules.tickets.get(ticketNameOf(id) ?? '');

/** The label of an option as the customer saw it. */
const labelOf =
  (turn: Turn) =>
  (id: string): string => {
    if (id === PERSON_OPTION) return turn.texts.noneOfThese;
    const ticket = ticketOf(turn, id);
    if (ticket !== undefined) return titleOf(ticket.type, turn.language);
    return turn.bot.book.byName.get(id)?.question ?? id;
  };

/** What was picked; where one ticket alone was offered, yes picks it. */
function pickOf(turn: Turn, message: OpenMessage): string | undefined {
  const { options } = turn.state;
  const [only] = options;
  if (options.length === 2 && only !== undefined && ticketOf(turn, only) && YES.has(bareText(message.folded)))
    return only;
  return chosenOption(message, options, labelOf(turn));
}

/** What the customer picked from the last question back. */
const choice: Stage = (turn) => {
  const picks = turn.open.map((message) => pickOf(turn, message));
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
  const ticket = ticketOf(turn, id);
  if (ticket !== undefined) return beginTicket(turn, ticket);
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

/** A wish for a ticket in so many words. */
const ticketWish: Stage = (turn) => {
  const wished = turn.open
    .map((message) => wishedTicket(turn, message.text))
    .find((form) => form !== undefined);
  return wished && beginTicket(turn, wished);
};

/** A picture says that something is to be seen to, not what: which ticket is it for? */
function askAboutPicture(turn: Turn): Outcome | undefined {
  const tickets = [...turn.bot.rules.tickets.values()].slice(0, MOST_TICKETS);
  const came = turn.open.some((message) => message.pictures?.some(isPicture));
  if (!came || tickets.length === 0) return undefined;
  turn.rules.push('picture');
  const options = [
    ...tickets.map(({ type }) => ({
      id: ticketOption(type, turn.language),
      label: titleOf(type, turn.language),
    })),
    { id: PERSON_OPTION, label: turn.texts.noneOfThese },
  ];
  const titles = tickets.map(({ type }) => titleOf(type, turn.language));
  const lead = turn.texts.pictureCame.replace('{types}', titles.join(turn.language === 'zh' ? '、' : ', '));
  return {
    action: { kind: 'clarify', text: clarifyText(lead, options, turn.texts, turn.input.limits), options },
    state: { ...turn.state, options: options.map((option) => option.id), failed: 0 },
  };
}

const barePicture: Stage = (turn) => (folded(turn).some(hasContent) ? undefined : askAboutPicture(turn));

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
  const said = say(turn, kind.replies[turn.language] ?? kind.replies.en);
  return kind.resolves && wasAnswered(turn) ? { ...said, effects: [{ kind: 'resolve' }] } : said;
};

/** Whether what came before is an answer, and not a question back: only then the customer can mean it. */
const wasAnswered = ({ state }: Turn): boolean => state.last !== undefined && state.options.length === 0;

/** What has no answer, but came with a picture, is more likely something to be seen to. */
const questions: Stage = (turn) => {
  const outcome = answerQuestions(turn, questionsOf(turn));
  const isLost = outcome?.action.kind === 'hand_over' && outcome.action.reason === 'NO_ANSWER';
  return isLost ? (askAboutPicture(turn) ?? outcome) : outcome;
};

const STAGES: readonly Stage[] = [
  choice,
  mustHuman,
  angry,
  continueTicket,
  barePicture,
  notText,
  ticketWish,
  mustBot,
  smallTalk,
  questions,
];

/**
 * Thinks about one turn: what was picked, what must go to a person, the ticket that is being asked for, small talk, then
 * the knowledge. Deterministic.
 *
 * @returns one answer in the customer's language, within the limit, and what is done with it
 */
export function think(bot: Bot, input: TurnInput): BotResult {
  const turn = startTurn(bot, input);
  for (const stage of STAGES) {
    const outcome = stage(turn);
    if (outcome !== undefined) return endTurn(turn, outcome);
  }
  return endTurn(turn, turn.open.length === 0 ? handOver(turn, 'NOT_TEXT') : say(turn, turn.texts.ask));
}
