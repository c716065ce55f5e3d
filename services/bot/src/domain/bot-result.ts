import type { Thresholds } from './bot-settings';
import type { Picture } from './picture';
import type { FeatureHit } from './ranker';
import type { SlotValue } from './slots/slot-value';

/** Why a conversation goes to a person. */
export type HandOverReason =
  | 'CUSTOMER_ASKED'
  | 'SENSITIVE_TOPIC'
  | 'NO_ANSWER'
  | 'CLARIFICATION_FAILED'
  | 'REPEATED_QUESTION'
  | 'ARTICLE_NEEDS_PERSON'
  | 'ANGRY'
  | 'NOT_TEXT'
  | 'TICKET_INCOMPLETE';

export type Mood = 'CALM' | 'UNHAPPY' | 'ANGRY';
export type Urgency = 'LOW' | 'NORMAL' | 'HIGH';

/** Something known about the matter, such as `{ name: 'order_number', value: 'A1234567' }`. */
export interface HandoffFact {
  name: string;
  /** Phone numbers and e-mail addresses are masked. */
  value: string;
}

/** What a person who takes over should know. */
export interface HandoffPacket {
  /** In the customer's words, at most 200 characters. */
  wants: string;
  facts: HandoffFact[];
  /** Names of the articles that were answered or offered. */
  tried: string[];
  openQuestions: string[];
  mood: Mood;
  urgency: Urgency;
}

/** One of the answers that a question back offers. */
export interface ClarifyOption {
  /** The article's name, or PERSON_OPTION. */
  id: string;
  label: string;
}

/** The option that asks for a person; no article has such a name. */
export const PERSON_OPTION = '#person';

/** An answer. */
export interface ReplyAction {
  kind: 'reply';
  text: string;
  /** The first article that it stands on; empty for small talk. */
  articleId: string;
  articleName: string;
  /** All articles that it stands on. */
  articleNames: string[];
}

/** A question back. */
export interface ClarifyAction {
  kind: 'clarify';
  /** With the numbered options where the channel has no menus. */
  text: string;
  options: ClarifyOption[];
}

/** Gives the conversation to a person. */
export interface HandOverAction {
  kind: 'hand_over';
  reason: HandOverReason;
  /** What to tell the customer; leaves NOTICE_ROOM characters of the limit for the place in the queue. */
  notice: string;
  /** Language of the notice. */
  language: 'zh' | 'en';
  packet: HandoffPacket;
}

/** Has a ticket made. */
export interface CreateTicketAction {
  kind: 'create_ticket';
  /** Name of the TicketType. */
  type: string;
  form: Record<string, SlotValue>;
  /** One line for lists, without telephone numbers. */
  summary: string;
  pictures: Picture[];
  language: 'zh' | 'en';
}

/** Ends the conversation: the customer says that it is solved. */
export interface ResolveAction {
  kind: 'resolve';
}

/** What is said, or who is to say it. */
export type Answer = ReplyAction | ClarifyAction | HandOverAction;

/** What the bot wants done. */
export type Action = Answer | CreateTicketAction | ResolveAction;

/** A candidate as people see it. */
export interface CandidateEvidence {
  articleName: string;
  /** The article whose phrasing was found, where that asks the same and gives way to this one. */
  foundBy?: string;
  retrieval: number;
  classifier: number;
  total: number;
  /** Only where an explanation was asked for: what spoke for it, strongest first. */
  features?: FeatureHit[];
}

/** One question that was looked up. */
export interface QuestionEvidence {
  /** Normalised, with personal data masked. */
  text: string;
  candidates: CandidateEvidence[];
  decision: 'answer' | 'clarify' | 'none' | 'forced';
}

/** Why the bot did what it did. */
export interface Evidence {
  language: string;
  /** Rules that matched, such as `must-human:legal`. */
  rules: string[];
  questions: QuestionEvidence[];
  thresholds: Thresholds;
  /** What was done: an action's kind, with the reason where it has one. */
  decision: string;
}

/** The outcome of a turn. */
export interface BotResult {
  /** An answer, and behind it what is done with it. */
  actions: Action[];
  evidence: Evidence;
  /** To be given back with the next turn. */
  dialogueState: string;
  /** A question that had no answer, with personal data masked. */
  unresolved?: { question: string; language: string };
}
