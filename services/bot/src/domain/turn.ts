import type {
  Action,
  Answer,
  BotResult,
  Evidence,
  HandOverReason,
  HandoffFact,
  QuestionEvidence,
} from './bot-result';
import type { BotSettings } from './bot-settings';
import { type SystemTexts, systemTexts } from './data/system-texts';
import { type DialogueState, readDialogueState, writeDialogueState } from './dialogue-state';
import { createHandoffPacket } from './handoff-packet';
import type { KnowledgeBook } from './knowledge-book';
import { type Language, languageOfLocale, languageOfTexts, systemLanguage } from './language';
import type { MessageRules } from './message-rules';
import { cutText } from './message-text';
import { foldText } from './normalise';
import { maskPersonalData } from './personal-data';
import { addPictures, type Picture } from './picture';
import type { TurnInput, Utterance } from './turn-input';

/** What a bot thinks with: a tenant's knowledge, settings and compiled rules. */
export interface Bot {
  book: KnowledgeBook;
  settings: BotSettings;
  rules: MessageRules;
  /** The id of an article in this tenant. */
  idOf(articleName: string): string;
}

/** A message to be answered, folded (foldText). */
export interface OpenMessage extends Utterance {
  folded: string;
}

/** A turn in the making. */
export interface Turn {
  bot: Bot;
  input: TurnInput;
  state: DialogueState;
  language: Language;
  texts: SystemTexts;
  audience: string;
  /** The messages to be answered. */
  open: readonly OpenMessage[];
  /** What the customer wrote in the conversation, in order, without what is empty. */
  said: readonly string[];
  /** Pictures that no ticket has yet, those of this turn among them. */
  pictures: readonly Picture[];
  /** When the last of them came. */
  picturesAt: number;
  /** Evidence so far. */
  rules: string[];
  questions: QuestionEvidence[];
}

/** Characters of a notice's limit that are left for the place in the queue, or for when people are there. */
export const NOTICE_ROOM = 160;
const LONGEST_QUESTION = 500;
/** A picture that came longer ago belongs to something else. */
const PICTURE_MS = 3_600_000;
/** What was asked for longer ago is asked for again from the beginning. */
const FLOW_MS = 86_400_000;

function openMessages(input: TurnInput): readonly OpenMessage[] {
  const from = input.messages.findLastIndex((message) => message.role !== 'customer') + 1;
  const start = input.openCount === undefined ? from : Math.max(0, input.messages.length - input.openCount);
  const open = input.messages
    .slice(start)
    .filter((message) => message.role === 'customer')
    .map((message) => ({ ...message, folded: foldText(message.text) }));
  // The same text twice in one turn is one question.
  return open.filter((message, i) => open.findIndex((other) => isSame(other, message)) === i);
}

const isSame = (a: OpenMessage, b: OpenMessage): boolean =>
  a === b ||
  (a.choiceId === b.choiceId && a.folded === b.folded && !a.pictures?.length && !b.pictures?.length);

/** The memory without what is too old to be meant; pictures stand by themselves, since most outcomes keep them. */
function remember(input: TurnInput): {
  state: DialogueState;
  pictures: readonly Picture[];
  picturesAt: number;
} {
  const { flow, pictures = [], picturesAt = 0, ...state } = readDialogueState(input.dialogueState);
  if (flow !== undefined && input.now - flow.at < FLOW_MS)
    return { state: { ...state, flow }, pictures, picturesAt };
  return { state, pictures: input.now - picturesAt < PICTURE_MS ? pictures : [], picturesAt };
}

/** Starts a turn: what is to be answered, in which language, with which memory. */
export function startTurn(bot: Bot, input: TurnInput): Turn {
  const { state, pictures, picturesAt } = remember(input);
  const open = openMessages(input);
  const said = input.messages
    .filter((message) => message.role === 'customer' && message.text.trim() !== '')
    .map((message) => message.text);
  const hint = languageOfLocale(input.locale);
  const known =
    state.language ?? (said.length > open.length ? languageOfTexts(said, undefined, hint) : undefined);
  const language = languageOfTexts(
    open.map((message) => message.text),
    known,
    hint,
  );
  const sent = open.flatMap((message) => message.pictures ?? []);
  return {
    bot,
    input,
    state,
    pictures: addPictures(pictures, sent),
    picturesAt: sent.length > 0 ? input.now : picturesAt,
    language,
    texts: systemTexts(language),
    audience: input.audience || 'everyone',
    open,
    said,
    rules: [],
    questions: [],
  };
}

/** What a stage of thinking came to. */
export interface Outcome {
  action: Answer;
  /** What is done besides. */
  effects?: readonly Action[];
  /** The memory from now on; the language is added, and the pictures unless it has its own. */
  state: DialogueState;
  unresolved?: string;
}

/** Ends a turn with an outcome. */
export function endTurn(turn: Turn, outcome: Outcome): BotResult {
  const { action, unresolved, effects = [] } = outcome;
  const { pictures = turn.pictures, ...state } = outcome.state;
  const evidence: Evidence = {
    language: turn.language,
    rules: turn.rules,
    questions: turn.questions,
    thresholds: turn.bot.settings.thresholds,
    decision: [action, ...effects]
      .map((each) => (each.kind === 'hand_over' ? `hand_over:${each.reason}` : each.kind))
      .join('+'),
  };
  return {
    actions: [action, ...effects],
    evidence,
    dialogueState: writeDialogueState({
      ...state,
      language: turn.language,
      ...(pictures.length > 0 && { pictures: [...pictures], picturesAt: turn.picturesAt }),
    }),
    ...(unresolved !== undefined && {
      unresolved: {
        question: maskPersonalData(unresolved).slice(0, LONGEST_QUESTION),
        language: turn.language,
      },
    }),
  };
}

/** What a hand-over says beside its reason. */
export interface HandOverDetails {
  openQuestions?: readonly string[];
  /** Said before the standard notice. */
  before?: string;
  unresolved?: string;
  /** Names of articles that were in question. */
  tried?: readonly string[];
  /** What the customer wants, where the texts of this turn don't say it. */
  wish?: string;
  facts?: readonly HandoffFact[];
}

/** Gives the conversation to a person; the memory starts fresh, so that a later conversation is no repeat. */
export function handOver(turn: Turn, reason: HandOverReason, details: HandOverDetails = {}): Outcome {
  const limit = Math.max(1, turn.input.limits.maxCharacters - NOTICE_ROOM);
  const standard = turn.texts.handOver[reason];
  const notice = details.before
    ? `${cutText(details.before, Math.max(1, limit - standard.length - 1))}\n${standard}`
    : standard;
  const open = turn.open.filter((message) => message.folded !== '').map((message) => message.text);
  const said = reason === 'CUSTOMER_ASKED' ? wishBefore(turn, open) : open;
  const about = details.wish === undefined ? said : [details.wish, ...said];
  const packet = createHandoffPacket({
    said: turn.said,
    about,
    tried: [...turn.state.tried, ...(details.tried ?? [])],
    openQuestions: details.openQuestions ?? openQuestions(turn, said),
    facts: details.facts ?? [],
  });
  return {
    action: {
      kind: 'hand_over',
      reason,
      notice: cutText(notice, limit),
      language: systemLanguage(turn.language),
      packet,
    },
    state: { v: 1, options: [], failed: 0, tried: [], pictures: [] },
    ...(details.unresolved !== undefined && { unresolved: details.unresolved }),
  };
}

// Who asks for a person wants what was asked before, if the request says no more.
function wishBefore(turn: Turn, open: readonly string[]): readonly string[] {
  const isBare = (text: string): boolean =>
    foldText(text).length <= 12 || turn.bot.rules.mustHuman(foldText(text)) !== undefined;
  const before = turn.said
    .slice(0, turn.said.length - open.length)
    .findLast((text) => turn.bot.rules.smallTalk(foldText(text)) === undefined && foldText(text).length > 2);
  return open.every(isBare) && before !== undefined ? [before, ...open] : open;
}

function openQuestions(turn: Turn, about: readonly string[]): string[] {
  return about.filter((text) => turn.bot.rules.mustHuman(foldText(text))?.reason !== 'CUSTOMER_ASKED');
}
